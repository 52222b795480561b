"""Verify and merge: run a plan's project, and join a stage that differs with its neighbour."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nb2prod.emit.draft import Draft, draft_of
from nb2prod.emit.project import runnable_files
from nb2prod.emit.writer import write_files
from nb2prod.pipeline.data import with_observed_reads, with_observed_writes
from nb2prod.pipeline.plan import Plan
from nb2prod.pipeline.planner import join_stages
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.compare.comparison import Difference, compare
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.proof import Check
from nb2prod.verify.runs.environment import Environment

_SUFFIXES = {"parquet": ".parquet", "npy": ".npy", "json": ".json"}


@dataclass(frozen=True, slots=True)
class Verified:
    """A project that was run and compared with its notebook.

    Attributes:
        draft: the project; stages of its plan that differed are joined.
        root: the folder in which it was run.
        check: the comparison.
    """

    draft: Draft
    root: Path
    check: Check


@contextmanager
def verified_and_merged(
    plan: Plan, observed: Observation, environment: Environment
) -> Generator[Verified]:
    """Run the project of a plan; at a difference, join the stage with the one before, and retry.

    One stage is the notebook itself, so this ends. The folder in which the project was run exists
    as long as the context.
    """
    joined: list[Difference] = []
    types = {(n, k): v.type for n, values in observed.run.values.items() for k, v in values.items()}
    folder = plan.notebook.path.resolve().parent
    data = with_observed_reads(plan.data, folder, _data(observed.run.read))
    data = with_observed_writes(data, observed.run.written)
    plan = replace(plan, types=types, data=data)
    while True:
        draft = draft_of(plan, _suffixes(plan, observed))
        with scratch_folder() as scratch:
            root = scratch / "project"
            write_files(root, runnable_files(draft))
            provenance, state = draft.original.provenance, scratch / "generators"
            comparison = compare(provenance, root, observed, environment, state)
            difference = comparison.difference
            if difference is None or difference.timed_out or len(plan.stages) == 1:
                check = Check(draft.original, observed, comparison, environment, tuple(joined))
                yield Verified(draft, root, check)
                return
        joined.append(difference)
        environment.progress(f"joining stages: {difference}")
        stage = [s.name for s in plan.stages].index(difference.stage)
        plan = join_stages(plan, max(1, stage))


def _data(read: Iterable[str]) -> Iterator[str]:
    """Yield the files that are data: neither hidden, nor code, which is copied by other means."""
    for name in read:
        hidden = any(part.startswith((".", "__")) for part in name.split("/"))
        if not hidden and not name.endswith((".py", ".pyc", ".ipynb", ".so")):
            yield name


def _suffixes(plan: Plan, observed: Observation) -> dict[tuple[int, str], str]:
    """Choose, for each value that stages hand on, the simplest format that keeps it exactly."""
    result: dict[tuple[int, str], str] = {}
    for stage in plan.stages[:-1]:
        for group in stage.outputs.groups:
            value = observed.value_before(stage.end, group[0]) if len(group) == 1 else None
            if value and value.storable in _SUFFIXES:
                result[stage.end, group[0]] = _SUFFIXES[value.storable]
    for stage in plan.stages:
        for name in {n for step in stage.steps for n in step.outputs}:
            value = observed.value_before(stage.end, name)
            if value and value.storable == "pickle":
                result[stage.end, name] = ".pkl"
    return result
