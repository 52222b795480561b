"""Capabilities: what a project can have besides its pipeline, and finding which there are.

A capability is a module `capabilities/NAME.py`, or a folder `capabilities/NAME/` with a module
`capability.py`, that exports `CAPABILITY`. Its templates lie in `nb2prod_templates/NAME/`, those of
modules for the project's package in `package/` there. The docstring of the module, or of the
folder's `__init__.py`, is its page; the first line says what it adds. Its name is the file's, and
nothing else names it: the command line, the plan, the editor and the generator find it by listing.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nb2prod.emit.contribution import Contribution
    from nb2prod.emit.draft import Draft
    from nb2prod.emit.evidence import Evidence
    from nb2prod.pipeline.plan import Plan
    from nb2prod.verify.runs.environment import Environment

_FOLDER = Path(__file__).with_name("capabilities")
# Sets of capabilities, from the smallest; a capability says from which on it is part of them.
PROFILES = ("minimal", "service", "course")


class RefusedError(Exception):
    """A project can't have a capability; the message says why, with the cell."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A project whose stages were run, and gave what the notebook gave.

    Attributes:
        draft: the project.
        root: where it was run; its artifacts are there.
        environment: the Python that ran it, until when.
        proofs: what capabilities that this one needs have shown, by their names.
    """

    draft: Draft
    root: Path
    environment: Environment
    proofs: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a run has shown of a capability.

    Attributes:
        value: what its `contribute` is given.
        messages: what the person who waits is told.
    """

    value: object
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a contribution is made of.

    Attributes:
        draft: the project.
        evidence: what runs of it have shown.
        proofs: what capabilities have shown, by their names.
        hooks: the modules that other capabilities of the project hook in, by extension point.
    """

    draft: Draft
    evidence: Evidence
    proofs: Mapping[str, object]
    hooks: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability; all but `contribute` is optional.

    Attributes:
        contribute: returns what it adds to a project.
        needs: capabilities that it builds on.
        profile: the smallest profile that it is part of; none without.
        stages: the stages of `dvc.yaml` that it adds; they compute nothing of the notebook.
        hooks: extension point of another capability -> what is hooked in there.
        propose: returns the plan with what a person may want to change of this capability.
        resume: returns the plan with what `[tool.nb2prod]` of a project says of this capability.
        prepare: returns the plan as this capability needs it to be run.
        prove: runs something, and returns what it has shown. Without it, the capability is right
            without a run. Raises RefusedError.
        install: does what is to be done once in the written project; returns what it did.
    """

    contribute: Callable[[Material], Contribution]
    needs: tuple[str, ...] = ()
    profile: str = ""
    stages: tuple[str, ...] = ()
    hooks: Mapping[str, str] = field(default_factory=dict[str, str])
    propose: Callable[[Plan], Plan] | None = None
    resume: Callable[[Plan, Mapping[str, Any]], Plan] | None = None
    prepare: Callable[[Plan], Plan] | None = None
    prove: Callable[[Trial], Proof] | None = None
    install: Callable[[Path], Sequence[str]] | None = None


@cache
def names() -> tuple[str, ...]:
    """Return the names of all capabilities, in order."""
    return tuple(sorted(_modules()))


def about(name: str) -> str:
    """Return what a capability adds, in a line without a full stop."""
    return page(name).partition("\n")[0].removesuffix(".")


def page(name: str) -> str:
    """Return the page of a capability, in Markdown, without importing it."""
    folder = _FOLDER / name
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return cleandoc(ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "")


@cache
def load(name: str) -> Capability:
    """Return a capability."""
    return importlib.import_module(_modules()[name]).CAPABILITY


def with_needed(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return capabilities with those that they need, each behind what it needs."""
    found: dict[str, None] = {}

    def take(name: str) -> None:
        for needed in load(name).needs:
            take(needed)
        found[name] = None

    for name in sorted(wanted):
        take(name)
    return tuple(found)


def needs_run(wanted: Iterable[str]) -> list[str]:
    """Return those of some capabilities of which only a run shows that they work."""
    return [name for name in wanted if load(name).prove]


def capabilities_of(settings: Mapping[str, Any]) -> list[str]:
    """Return the known capabilities that `[tool.nb2prod]` of a project lists."""
    listed: Any = settings.get("capabilities")
    return [name for name in names() if isinstance(listed, list) and name in listed]


def in_profile(profile: str) -> frozenset[str]:
    """Return the capabilities of a profile, and of those that are smaller."""
    smaller = PROFILES[: PROFILES.index(profile) + 1]
    return frozenset(name for name in names() if load(name).profile in smaller)


@cache
def reserved() -> frozenset[str]:
    """Return the names of the modules that capabilities bring: those of their templates.

    No stage may have them, so that a capability can be added to any project later.
    """
    folders = (files("nb2prod_templates").joinpath(f"{name}/package") for name in names())
    modules = (module.name for folder in folders if folder.is_dir() for module in folder.iterdir())
    return frozenset(name.partition(".")[0] for name in modules)


@cache
def _modules() -> Mapping[str, str]:
    """Return the module of each capability, by its name."""
    found: dict[str, str] = {}
    for path in _FOLDER.iterdir():
        if path.suffix == ".py" and not path.name.startswith("_"):
            found[path.stem] = f"nb2prod.capabilities.{path.stem}"
        elif (path / "capability.py").is_file():
            found[path.name] = f"nb2prod.capabilities.{path.name}.capability"
    return found
