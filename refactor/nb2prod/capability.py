"""Capabilities: optional parts of a project, such as a service, and how they are found.

A capability is a module `capabilities/NAME.py`, or a folder `capabilities/NAME/` with a module
`capability.py`, that exports `CAPABILITY`. Its templates are in `nb2prod_templates/NAME/`, those of
modules for the project's package in `package/` there. The docstring of the module, or of the
folder's `__init__.py`, is its page; the first line says what it adds. No other module names it: the
command line, the plan, the editor and the generator list the folder.
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
# Sets of capabilities, from small to large; a capability names the smallest one that has it.
PROFILES = ("minimal", "service", "course")


class RefusedError(Exception):
    """A project can't have a capability; the message says why, and names the cell."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A verified project, in which a capability can try whether it works.

    Attributes:
        draft: The project.
        root: The folder where it was run, with its artifacts.
        environment: The Python that ran it, with its deadline.
        proofs: The values that the `prove` of needed capabilities returned, by capability.
    """

    draft: Draft
    root: Path
    environment: Environment
    proofs: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of trying a capability.

    Attributes:
        value: Input of its `contribute`.
        messages: Messages for the user.
    """

    value: object
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """The input of `contribute`.

    Attributes:
        draft: The project.
        evidence: The results of running it.
        proofs: The values that the capabilities' `prove` returned, by capability.
        hooks: Extension point -> the modules that other capabilities of the project plug in.
    """

    draft: Draft
    evidence: Evidence
    proofs: Mapping[str, object]
    hooks: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability; everything but `contribute` is optional.

    Attributes:
        contribute: Returns the files, modules, … that it adds to a project.
        needs: The capabilities that it builds on.
        profile: The smallest profile that includes it; empty if none does.
        hooks: Extension point of another capability -> the module that plugs in there.
        propose: Returns the plan with the choices that this capability offers.
        resume: Returns the plan with the choices recorded in `[tool.nb2prod]` of a project.
        prepare: Returns the plan as it has to be run for this capability.
        prove: Tries the capability in a verified project; raises RefusedError if it does not
            work. A capability without it needs no run.
        install: Does what has to be done once in the written project; returns messages.
    """

    contribute: Callable[[Material], Contribution]
    needs: tuple[str, ...] = ()
    profile: str = ""
    hooks: Mapping[str, str] = field(default_factory=dict[str, str])
    propose: Callable[[Plan], Plan] | None = None
    resume: Callable[[Plan, Mapping[str, Any]], Plan] | None = None
    prepare: Callable[[Plan], Plan] | None = None
    prove: Callable[[Trial], Proof] | None = None
    install: Callable[[Path], Sequence[str]] | None = None


@cache
def names() -> tuple[str, ...]:
    """Return the names of all capabilities, sorted."""
    return tuple(sorted(_modules()))


def about(name: str) -> str:
    """Return one line about a capability, without a full stop."""
    return page(name).partition("\n")[0].removesuffix(".")


def page(name: str) -> str:
    """Return the page of a capability in Markdown, without importing the capability."""
    folder = _FOLDER / name
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return cleandoc(ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "")


@cache
def load(name: str) -> Capability:
    """Return a capability."""
    return importlib.import_module(_modules()[name]).CAPABILITY


def with_needed(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return capabilities and those that they need, each after the ones it needs."""
    found: dict[str, None] = {}

    def take(name: str) -> None:
        for needed in load(name).needs:
            take(needed)
        found[name] = None

    for name in sorted(wanted):
        take(name)
    return tuple(found)


def needs_run(wanted: Iterable[str]) -> list[str]:
    """Return the capabilities that can't be added without running the project."""
    return [name for name in wanted if load(name).prove]


def capabilities_of(settings: Mapping[str, Any]) -> list[str]:
    """Return the capabilities that a project's `[tool.nb2prod]` lists, unknown names left out."""
    listed: Any = settings.get("capabilities")
    return [name for name in names() if isinstance(listed, list) and name in listed]


def in_profile(profile: str) -> frozenset[str]:
    """Return the capabilities of a profile and of the smaller ones."""
    smaller = PROFILES[: PROFILES.index(profile) + 1]
    return frozenset(name for name in names() if load(name).profile in smaller)


@cache
def modules(name: str) -> frozenset[str]:
    """Return the modules and stages that a capability may add: those of its templates."""
    folder = files("nb2prod_templates").joinpath(f"{name}/package")
    found = folder.iterdir() if folder.is_dir() else ()
    return frozenset(module.name.partition(".")[0] for module in found)


@cache
def reserved() -> Mapping[str, str]:
    """Return the module names that capabilities may add, each with its capability.

    Stages of a notebook must not have these names, so that every capability can be added later.
    """
    return {module: name for name in names() for module in sorted(modules(name))}


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
