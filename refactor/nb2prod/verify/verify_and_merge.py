"""Verify and merge: cut, run, compare; where a stage differs, join it with its neighbour."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nb2prod.capabilities.api.files import Service
from nb2prod.capabilities.api.replay import UnservableError, serve
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import package_name, project_files
from nb2prod.emit.provenance.provenance import original_of
from nb2prod.emit.writer import write_files
from nb2prod.pipeline.data import with_seen
from nb2prod.pipeline.plan import Plan
from nb2prod.pipeline.planner import join_stages
from nb2prod.verify.compare.comparison import Difference, compare
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.proof import Check
from nb2prod.verify.runs.environment import Environment

_SUFFIXES = {"parquet": ".parquet", "npy": ".npy", "json": ".json"}


@dataclass(frozen=True, slots=True)
class Verified:
    """The plan that came out of it, the check of its project, what the runs have left behind.

    Attributes:
        plan: the plan, stages joined where they had to be.
        suffixes: the file formats of what crosses borders.
        check: the project's, as it is now.
        service: what can be served, where that was asked for.
        unserved: why nothing can be.
    """

    plan: Plan
    suffixes: Mapping[tuple[int, str], str]
    check: Check
    service: Service | None = None
    unserved: str = ""


def verify_and_merge(plan: Plan, observed: Observation, environment: Environment) -> Verified:
    """Try the plan; at a difference give up the cut before it and try again.

    One stage is the notebook itself, so this ends.
    """
    joined: list[Difference] = []
    types = {(n, k): v.type for n, values in observed.run.values.items() for k, v in values.items()}
    folder = plan.notebook.path.resolve().parent
    plan = replace(plan, types=types, data=with_seen(plan.data, folder, _data(observed.run.read)))
    package = package_name(plan)
    while True:
        suffixes = _suffixes(plan, observed)
        original = original_of(plan, package)
        with tempfile.TemporaryDirectory(prefix="nb2prod-") as place:
            root = Path(place) / "project"
            write_files(root, project_files(plan, Evidence(suffixes)))
            comparison = compare(
                original.provenance, root, observed, environment, Path(place) / "generators"
            )
            difference = comparison.difference
            service, unserved = None, ""
            if "api" in plan.wanted and difference is None:
                try:
                    service = serve(plan, root, suffixes, environment)
                except UnservableError as error:
                    unserved = str(error)
        if difference is None or difference.timed_out or len(plan.stages) == 1:
            check = Check(original, observed, comparison, environment, tuple(joined))
            return Verified(plan, suffixes, check, service, unserved)
        joined.append(difference)
        environment.progress(f"joining stages: {difference}")
        stage = [s.name for s in plan.stages].index(difference.stage)
        plan = join_stages(plan, max(1, stage))


def _data(read: Iterable[str]) -> Iterator[str]:
    """Yield those of the files that are data: no code, which is brought apart, nothing hidden."""
    for name in read:
        hidden = any(part.startswith((".", "__")) for part in name.split("/"))
        if not hidden and not name.endswith((".py", ".pyc", ".ipynb", ".so")):
            yield name


def _suffixes(plan: Plan, observed: Observation) -> dict[tuple[int, str], str]:
    """Choose for each value that crosses the plainest format that keeps it exactly."""
    result: dict[tuple[int, str], str] = {}
    for stage in plan.stages[:-1]:
        for group in stage.outputs.groups:
            seen = observed.crossing(stage.end, group[0]) if len(group) == 1 else None
            if seen and seen.storable in _SUFFIXES:
                result[stage.end, group[0]] = _SUFFIXES[seen.storable]
    for stage in plan.stages:
        for name in {n for step in stage.steps for n in step.outputs}:
            seen = observed.crossing(stage.end, name)
            if seen and seen.storable == "pickle":
                result[stage.end, name] = ".pkl"
    return result
