"""Run the tests of a generated project, and keep those that pass."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import yaml

from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import project_files
from nb2prod.emit.project_tests.recording import CALLS, REPORTS, Recording
from nb2prod.emit.writer import write_files
from nb2prod.processes.run import run
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.verify_and_merge import Verified


def without_failing_tests(
    verified: Verified, recording: Recording, environment: Environment
) -> Recording:
    """Run a project's tests in a fresh copy of it; return the recording without those that fail.

    Their reasons are in its `left_out`.
    """
    environment.progress("running the tests of the project")
    outcome = _failures(verified, recording, environment)
    if isinstance(outcome, str):
        return Recording(left_out={"tests that need a run": outcome})
    return without(recording, outcome)


def without(recording: Recording, failures: Mapping[str, str]) -> Recording:
    """Return a recording without the tests that fail, and with the reasons in `left_out`.

    Args:
        recording: The recording.
        failures: The reasons of failures, by `module.test[parameter]`.
    """
    left_out = dict(recording.left_out)

    def passes(item: str, test: str) -> bool:
        why = next((w for t, w in failures.items() if t in (test, test.partition("[")[0])), None)
        if why is not None:
            left_out[item] = why
        return why is None

    functions = {
        name: change
        for name, change in recording.functions.items()
        if passes(name, "test_{}.test_{}".format(*name.split(".")))
    }
    tables = [t for t in recording.tables if passes(f"a schema of {t.path}", t.test)]
    metrics = [m for m in recording.metrics if passes(f"the metric {m.name}", m.test)]
    broken = [w for t, w in failures.items() if t.startswith("test_pipeline.test_a_stage_writes_")]
    reports: list[str] = []
    if broken:
        left_out["a run on a sample"] = broken[0]
    else:
        test = "test_pipeline.test_a_stage_reports_what_it_reported"
        reports = [r for r in recording.reports if passes(f"what {r} prints", f"{test}[{r}]")]
    return replace(
        recording,
        files=dict(_needed(recording.files, functions, reports)),
        functions=functions,
        tables=tuple(tables),
        metrics=tuple(metrics),
        sampled=recording.sampled and not broken,
        reports=tuple(reports),
        left_out=left_out,
    )


def _needed(
    files: Mapping[str, bytes], functions: Collection[str], reports: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files that these tests need, also those of calls that others build on."""
    calls = {name.replace(".", "/") for name in functions}
    waiting = list(calls)
    while waiting:
        given = yaml.safe_load(files[f"{CALLS}/{waiting.pop()}/call.yaml"])["given"].values()
        new = {"/".join(node["result_of"][:2]) for node in given if "result_of" in node} - calls
        calls |= new
        waiting += new
    kept = [f"{CALLS}/{name}/" for name in calls] + [f"{REPORTS}/{name}.txt" for name in reports]
    for path, data in files.items():
        if not path.startswith(f"{CALLS}/") or path.startswith(tuple(kept)):
            yield path, data


def _failures(
    verified: Verified, recording: Recording, environment: Environment
) -> dict[str, str] | str:
    """Return the tests that fail, with the reasons; or why none could be run."""
    with scratch_folder() as folder:
        root = folder / "project"
        write_files(root, project_files(verified.draft, Evidence(recording)))
        report = folder / "report.xml"
        command = [environment.python, "-m", "pytest", "-q", f"--junitxml={report}"]
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
        variables |= {"PYTHONHASHSEED": "2", "MPLBACKEND": "Agg"}
        variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the tests need none, and some are slow
        finished = run(command, environment.seconds_left, variables, root)
        if finished.status is None:
            return "the time limit was reached while they were run"
        if "No module named pytest" in finished.errors:
            return "pytest is not installed where the notebook runs"
        if finished.status not in (0, 1) or not report.exists():
            lines = (finished.output + finished.errors).split("\n")
            last = next((s for s in reversed(lines) if s.strip()), finished.last_line)
            return f"pytest could not run them: {last}"
        return dict(_failed(report))


def _failed(report: Path) -> Iterator[tuple[str, str]]:
    """Yield the tests that failed, as `module.test[parameter]`, and the last line of the error."""
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it
        for found in (*case.findall("failure"), *case.findall("error")):
            module = case.get("classname", "").rpartition(".")[2]
            lines = [line.strip() for line in (found.get("message") or "").splitlines()]
            yield f"{module}.{case.get('name')}", " ".join(lines[-1:])[:200] or "it fails"
