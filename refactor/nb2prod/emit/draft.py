"""The draft of a project: everything that can be generated before it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nb2prod.emit.package.artifacts import StageFiles, stage_files
from nb2prod.emit.package.local_modules import imported_modules
from nb2prod.emit.package.modules import functions_module, settings_module, stage_module
from nb2prod.emit.provenance.provenance import Original, original_of
from nb2prod.emit.templates import formatted
from nb2prod.pipeline.english import words
from nb2prod.pipeline.free_names import unique
from nb2prod.pipeline.plan import Plan

Suffixes = Mapping[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A project before it is run.

    Attributes:
        plan: The plan.
        suffixes: (end of a stage, variable) -> the plainest file format that stores the
            variable's value exactly.
        package: The name of the package.
        artifacts: The files that each stage loads and saves.
        modules: Module of the package that comes from the notebook -> its text.
        original: The notebook that the project is compared with.
    """

    plan: Plan
    suffixes: Suffixes
    package: str
    artifacts: tuple[StageFiles, ...]
    modules: Mapping[str, str]
    original: Original


def draft_of(plan: Plan, suffixes: Suffixes | None = None) -> Draft:
    """Generate the draft of a plan's project."""
    package = package_name(plan)
    artifacts = tuple(stage_files(plan, suffixes or {}))
    modules: dict[str, str] = {}
    for stage, its in zip(plan.stages, artifacts, strict=True):
        modules[stage.name] = formatted(stage_module(plan, stage, its, package))
    for name, text in (
        ("functions", functions_module(plan, package)),
        ("settings", settings_module(plan, package)),
    ):
        if text:
            modules[name] = formatted(text)
    return Draft(plan, suffixes or {}, package, artifacts, modules, original_of(plan, package))


def package_name(plan: Plan) -> str:
    """Return the name of the package: the notebook's, unless a library has it."""
    name = words(plan.notebook.path.stem, 5) or "pipeline"
    imported = {n.partition(".")[0] for n in imported_modules(plan.analysis.program)}
    return unique(name, imported | {"test", "tests", "src", "run", "data"}, ["pipeline"])
