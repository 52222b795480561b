"""The project of a plan as far as it does not depend on what runs have shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nb2prod.emit.package.artifacts import StageFiles, stage_files
from nb2prod.emit.package.local_modules import imported_modules
from nb2prod.emit.package.modules import functions_module, settings_module, stage_module
from nb2prod.emit.provenance.provenance import Original, original_of
from nb2prod.emit.templates import formatted
from nb2prod.pipeline.english import words
from nb2prod.pipeline.naming import unique
from nb2prod.pipeline.plan import Plan

Suffixes = Mapping[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A project that is being made.

    Attributes:
        plan: its plan.
        suffixes: the plainest file format that keeps a value which crosses a border exactly,
            by the border's position and the variable.
        package: the name of its package.
        artifacts: what each stage loads and saves.
        modules: the text of each module of the package that comes from the notebook, by its name.
        original: what the project is compared with.
    """

    plan: Plan
    suffixes: Suffixes
    package: str
    artifacts: tuple[StageFiles, ...]
    modules: Mapping[str, str]
    original: Original


def draft_of(plan: Plan, suffixes: Suffixes | None = None) -> Draft:
    """Generate what of a project does not depend on a run of it."""
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
    """Return the name of the package: that of the notebook, where nothing else has it."""
    name = words(plan.notebook.path.stem, 5) or "pipeline"
    imported = {n.partition(".")[0] for n in imported_modules(plan.analysis.program)}
    return unique(name, imported | {"test", "tests", "src", "run", "data"}, ["pipeline"])
