"""Record data for a project's tests: calls of its functions on a sample of its data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nb2prod.emit.draft import Draft
from nb2prod.emit.package.modules import configuring
from nb2prod.emit.project import runnable_files
from nb2prod.emit.project_tests.files import carries_random_state, support_files, written_folders
from nb2prod.emit.project_tests.raw_tables import raw_tables
from nb2prod.emit.project_tests.recording import (
    CALLS,
    REPORTS,
    SAMPLE,
    Column,
    Metric,
    Recording,
    Table,
)
from nb2prod.emit.project_tests.thresholds import thresholds
from nb2prod.emit.writer import write_files
from nb2prod.pipeline.english import words
from nb2prod.pipeline.free_names import unique
from nb2prod.pipeline.plan import Plan
from nb2prod.processes.run import run
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.probes import probe_script
from nb2prod.verify.verify_and_merge import Verified

# Rows of the samples, tried in turn; None: all data, if a run takes no longer than _SHORT.
_ROWS = (100, 1000, None)
_SHORT = 15.0  # seconds
_MOST = 60.0  # seconds for recording calls


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of the recorder: its result, and the files that it wrote for the project's tests."""

    found: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def failure(self) -> str | None:
        """The error that ended the pipeline; None if it succeeded."""
        return self.found["run"]

    @property
    def calls(self) -> Mapping[str, str | None]:
        """The recorded functions, each with a change of its code that makes its test fail."""
        return self.found["calls"]


def record(verified: Verified, environment: Environment) -> Recording:
    """Run a verified project on a sample of its data, and record calls of its functions.

    If it fails on a small sample, it runs on a larger one, then on all of the data.
    """
    plan, check = verified.draft.plan, verified.check
    quick = check.observed.run.seconds <= _SHORT
    metrics = tuple(thresholds(plan, verified.draft.artifacts, check.comparison.metrics))
    best: _Run | None = None
    failure = "a run of the pipeline takes too long"
    for rows in _ROWS if plan.data.copies else (None,):
        if rows is None and not quick:
            continue
        environment.progress("recording calls of the functions, for the tests")
        made = _record(verified, rows, environment)
        if isinstance(made, str):
            failure = made
            break
        if best is None or made.failure is None or len(made.calls) > len(best.calls):
            best = made
        if made.failure is None:
            break
    if best is None:
        return Recording(metrics=metrics, quick=quick, left_out={"the functions": failure})
    return _recording(plan, best, quick, metrics)


def _recording(plan: Plan, recorded: _Run, quick: bool, metrics: tuple[Metric, ...]) -> Recording:
    left_out = dict(recorded.found["left_out"])
    unsampled = [f"{path} can't be sampled" for path in recorded.found["unsampled"]]
    why = recorded.failure or "; ".join(unsampled)
    if why:
        left_out["a run on a sample"] = why
    functions = {name: change for name, change in recorded.calls.items() if change is not None}
    blind = recorded.calls.keys() - functions.keys()
    left_out |= dict.fromkeys(blind, "none of the changes tried makes its test fail")
    reports = [p.rpartition("/")[2] for p in recorded.files if p.startswith(f"{REPORTS}/")]
    return Recording(
        files=recorded.files if functions or not why else {},
        functions=functions,
        tables=tuple(_tables(plan, recorded.found["profiles"])),
        metrics=metrics,
        quick=quick,
        sampled=not why,
        reports=tuple(name.removesuffix(".txt") for name in reports) if not why else (),
        left_out=left_out,
    )


def _record(verified: Verified, rows: int | None, environment: Environment) -> _Run | str:
    """Run the recorder in a copy of the project; return the reason if it does not finish."""
    draft = verified.draft
    plan = draft.plan
    with scratch_folder() as scratch:
        root = scratch / "project"
        write_files(root, runnable_files(draft))
        write_files(root, support_files(draft.package, carries=carries_random_state(plan)))
        script = probe_script(scratch, "record_calls")
        (scratch / "work").mkdir()
        config = {
            "root": str(root),
            "scratch": str(scratch / "work"),
            "rows": rows,
            "files": list(plan.data.copies),
            "tables": raw_tables(plan),
            "stages": [stage.name for stage in plan.stages],
            "folders": written_folders(plan),
            "watches": list(_watches(draft)),
            "seconds": min(_MOST, environment.seconds_left / 2),
            "result": str(scratch / "found.json"),
        }
        path = scratch / "config.json"
        path.write_text(json.dumps(config), "utf-8")
        command = [environment.python, str(script), str(path)]
        variables = {**os.environ, "PYTHONHASHSEED": "1", "MPLBACKEND": "Agg"}
        finished = run(command, environment.seconds_left, variables, root)
        result = scratch / "found.json"
        if finished.status is None:
            return "the time limit was reached while their calls were recorded"
        if not result.exists():
            return f"their calls can't be recorded: {finished.last_line}"
        return _Run(json.loads(result.read_text("utf-8")), dict(_files(root)))


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for folder in (SAMPLE, CALLS):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path.read_bytes()


def _watches(draft: Draft) -> Iterator[dict[str, Any]]:
    """Yield the functions to record, with the functions that compute their arguments."""
    plan, package = draft.plan, draft.package
    settings: list[str] = []
    made: dict[str, tuple[str, str, str]] = {}
    for stage in plan.stages:
        settings += [stage.name] if configuring(plan, stage) else []
        for step in stage.steps:
            named = {n: plan.names.get(n, n) for n in (*step.inputs, *step.outputs)}
            yield {
                "module": f"{package}.{stage.name}",
                "stage": stage.name,
                "function": step.name,
                "results": [named[n] for n in step.outputs],
                "settings": list(settings),
                "sources": {named[n]: made[n] for n in step.inputs if n in made},
            }
            made |= {n: (stage.name, step.name, named[n]) for n in step.outputs}
    for version in dict.fromkeys(
        d.version for d in plan.scope.definitions.values() if not d.local and not d.is_class
    ):
        yield {
            "module": f"{package}.functions",
            "stage": "functions",
            "function": version,
            "results": ["result"],
            "settings": list(settings),
            "sources": {},
        }


def _tables(plan: Plan, profiles: Mapping[str, Any]) -> Iterator[Table]:
    readings = raw_tables(plan)
    taken: set[str] = set()
    for path, profile in profiles.items():
        stem = words(path.rpartition("/")[2].partition(".")[0], 9)
        name = unique(stem or "table", taken)
        taken.add(name)
        columns = tuple(_column(entry) for entry in profile["columns"])
        yield Table(name, path, readings[path], profile["rows"], columns)


def _column(entry: Mapping[str, Any]) -> Column:
    values = entry["values"]
    return Column(
        name=entry["name"],
        dtype=entry["dtype"],
        kind=entry["kind"],
        gaps=entry["gaps"],
        unique=entry["unique"],
        low=entry.get("low"),
        high=entry.get("high"),
        values=None if values is None else tuple(values),
    )
