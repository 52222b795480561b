"""The files of a project's tests."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from nb2prod.emit.package.docstrings import sentence
from nb2prod.emit.package.local_modules import imported_modules
from nb2prod.emit.project_tests.recording import SAMPLE, Recording, Table
from nb2prod.emit.project_tests.schemas import schemas_module
from nb2prod.emit.templates import formatted, rendered
from nb2prod.emit.writer import GeneratedFile
from nb2prod.pipeline.plan import Plan, Step, cell_ranges

_WIDTH = 75  # of a docstring's line
_SUPPORT = ("__init__", "calls", "comparison", "description", "runs", "values")


def support_files(package: str, *, carries: bool) -> Iterator[GeneratedFile]:
    """Yield the modules that record and compare calls.

    Args:
        package: The project's package.
        carries: Whether the stages pass on the state of random generators.
    """
    for name in _SUPPORT:
        text = rendered(f"tests/support/{name}", package=package, carries=carries)
        yield GeneratedFile(f"tests/support/{name}.py", text)


def carries_random_state(plan: Plan) -> bool:
    """Return whether a stage passes the state of random generators to the next."""
    return any(stage.outputs.random_state for stage in plan.stages)


def project_tests(plan: Plan, package: str, recording: Recording | None) -> Iterator[GeneratedFile]:
    """Yield the tests of a project; without a recording, only those that need none."""
    recording = recording or Recording()
    sample = recording.sampled
    text = rendered(
        "tests/test_pipeline",
        package=package,
        sample=sample,
        files=sample and any(path.startswith(f"{SAMPLE}/") for path in recording.files),
        reports=recording.reports,
    )
    yield GeneratedFile("tests/test_pipeline.py", text)
    if recording.functions or recording.metrics or sample:
        yield from support_files(package, carries=carries_random_state(plan))
        yield GeneratedFile("tests/conftest.py", _conftest(plan, recording))
    yield from _function_tests(plan, package, recording)
    if recording.metrics:
        text = rendered("tests/test_metrics", quick=recording.quick, metrics=recording.metrics)
        yield GeneratedFile("tests/test_metrics.py", text)
    yield from _table_tests(recording.tables)
    for path, data in recording.files.items():
        yield GeneratedFile(path, data)


def written_folders(plan: Plan) -> list[str]:
    """Return the folders that have to exist before the pipeline writes to them."""
    paths = (path for paths in plan.data.writes.values() for path in paths)
    return sorted({posixpath.dirname(path) for path in paths} - {""})


def _conftest(plan: Plan, recording: Recording) -> str:
    imported = {name.partition(".")[0] for name in imported_modules(plan.analysis.program)}
    return rendered(
        "tests/conftest",
        functions=bool(recording.functions),
        pandas="pandas" in imported,
        folders=written_folders(plan),
    )


def _function_tests(plan: Plan, package: str, recording: Recording) -> Iterator[GeneratedFile]:
    """Yield a test module for each module of the package that has recorded functions."""
    texts = {
        f"{stage.name}.{step.name}": _step_text(plan, step)
        for stage in plan.stages
        for step in stage.steps
    }
    modules: dict[str, list[tuple[str, str]]] = {}
    for name in recording.functions:
        module, _, function = name.rpartition(".")
        text = texts.get(name) or sentence(function.replace("_", " "))
        modules.setdefault(module, []).append((function, text))
    for module, functions in modules.items():
        text = rendered("tests/test_stage", package=package, module=module, functions=functions)
        yield GeneratedFile(f"tests/functions/test_{module}.py", text)


def _step_text(plan: Plan, step: Step) -> str:
    title = sentence(step.title or step.name.replace("_", " "))
    text = f"{title.removesuffix('.')} ({cell_ranges(plan.cells(step))} of the notebook)."
    return text if len(text) < _WIDTH else title


def _table_tests(tables: Sequence[Table]) -> Iterator[GeneratedFile]:
    if tables:
        yield GeneratedFile("tests/schemas.py", formatted(schemas_module(tables)))
        yield GeneratedFile("tests/test_data.py", rendered("tests/test_data", tables=tables))
