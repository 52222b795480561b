"""The distributions that a project needs, and their versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nb2prod.emit.package.local_modules import imported_names
from nb2prod.knowledge.distributions import distribution_name, needed_by_calls

# Tools to run, verify and test the project, in addition to the notebook's libraries.
_TOOLS = {
    "dvc": ">=3.60",
    "ipykernel": ">=6.29",
    "pandera": ">=0.24",
    "pylint": ">=3.3",
    "pytest": ">=8.3",
}
_ALWAYS = ("dvc", "ipykernel", "pylint")  # even if no test imports them
_EXTRA = re.compile(r"""extra == ["']([^"']+)""")
_OF_DEVELOPERS = re.compile(
    r"(all|benchmark|build|dev|doc|lint|maintenance|test|typ)", re.IGNORECASE
)
_PLATFORM = re.compile(r"\b(sys_platform|platform_\w+|os_name|implementation_name)\b")


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution; `url` is set if it does not come from a package index."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """The contents of a Python environment.

    Attributes:
        python: The version of Python, such as 3.11.7.
        markers: Name in an environment marker -> its value.
        distributions: The distributions, by normalised name.
        owners: Module -> the normalised names of the distributions that provide it.
    """

    python: str
    markers: Mapping[str, str]
    distributions: Mapping[str, Distribution]
    owners: Mapping[str, Sequence[str]]

    @property
    def platform(self) -> str:
        """The system and the processor, such as Linux x86_64."""
        return f"{self.markers['platform_system']} {self.markers['platform_machine']}"

    def owner(self, module: str) -> Distribution | None:
        """Return the distribution that provides a module, given its dotted name."""
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            for name in self.owners.get(".".join(parts[:length]), ()):
                return self.distributions[name]
        return self.distributions.get(canonicalize_name(parts[0]))


def needed(
    modules: Iterable[str],
    calls: Iterable[str],
    requested: Iterable[str],
    installed: Installed | None,
    loaded: Iterable[str] = (),
) -> list[Distribution]:
    """Return the distributions that a project needs directly; without versions if not known.

    Args:
        modules: The dotted names of the library modules that it imports.
        calls: The dotted names of the functions that it calls.
        requested: The requirements that the notebook installs with pip.
        installed: The environment of a run, None without a run.
        loaded: The top-level modules that a run loaded.
    """
    found = [_distribution(module, installed) for module in modules]
    if installed:
        optional = {*_optional(found)} - _closure(found, installed).keys()
        used = (installed.owner(module) for module in loaded)
        found += [d for d in used if d and canonicalize_name(d.name) in optional]
    else:
        found += [Distribution(name, "") for name in needed_by_calls([*calls])]
    result = {canonicalize_name(d.name): d for d in found}
    for requirement in () if installed else _parsed(requested):
        name = canonicalize_name(requirement.name)
        result[name] = Distribution(requirement.name, "", (), str(requirement))
    return [result[name] for name in sorted(result)]


def _optional(distributions: Iterable[Distribution]) -> Iterator[str]:
    """Yield the names of the optional dependencies of distributions: those of their extras."""
    for requirement in _parsed(r for d in distributions for r in d.requires):
        extras = _EXTRA.findall(str(requirement.marker or ""))
        if any(not _OF_DEVELOPERS.match(extra) for extra in extras):
            yield canonicalize_name(requirement.name)


def _distribution(module: str, installed: Installed | None) -> Distribution:
    known = installed.owner(module) if installed else None
    return known or Distribution(distribution_name(module), "")


def _parsed(texts: Iterable[str]) -> Iterator[Requirement]:
    for text in texts:
        try:
            yield Requirement(text)
        except InvalidRequirement:
            continue


def bounded(distribution: Distribution) -> str:
    """Return a requirement for the installed version up to the next major one."""
    if not distribution.version:
        return distribution.url or distribution.name
    try:
        major, minor, *_ = (*Version(distribution.version).release, 0)
    except InvalidVersion:
        return distribution.name
    by_year = major > 1900
    return f"{distribution.name}>={major}.{minor}" + ("" if by_year else f",<{major + 1}")


def tools_of(tests: Iterable[str]) -> dict[str, str]:
    """Return the tools that a project with these tests needs -> version bounds."""
    imported = {name.partition(".")[0] for text in tests for name in imported_names(text)}
    return {n: v for n, v in _TOOLS.items() if n in _ALWAYS or n in imported}


def requirements_txt(direct: Sequence[Distribution], installed: Installed | None) -> str:
    """Return the requirements to run a project, pinned if it was run."""
    if installed is None:
        about = "The libraries that the project imports, without versions because it was never run."
        lines = [d.url or d.name for d in direct]
    else:
        about = (
            "The versions with which the project was run, and compared with its notebook:\n"
            f"# Python {installed.python} on {installed.platform}."
        )
        lines = list(pinned(direct, installed))
    return "".join(f"{line}\n" for line in (f"# {about}", *lines))


def requirements_dev_txt(tools: Mapping[str, str]) -> str:
    """Return the requirements to develop and test a project."""
    lines = ["-r requirements.txt", *(f"{name}{version}" for name, version in tools.items())]
    return "".join(f"{line}\n" for line in lines)


def pinned(direct: Sequence[Distribution], installed: Installed) -> Iterator[str]:
    """Yield the lines of a requirements file that pins distributions and their dependencies.

    A dependency that only this platform needs keeps its environment marker.
    """
    markers = _closure(direct, installed)
    known = {canonicalize_name(d.name): d for d in direct}
    for name in sorted(markers):
        distribution = installed.distributions.get(name) or known[canonicalize_name(name)]
        yield _pin(distribution) + (f" ; {markers[name]}" if markers[name] else "")


def _pin(distribution: Distribution) -> str:
    if not distribution.version:
        return distribution.url or distribution.name
    if distribution.url.startswith(("git+", "https://", "http://")):
        return f"{distribution.name} @ {distribution.url}"
    if distribution.url:
        return f"# {distribution.name} {distribution.version} was installed from a folder"
    # Package indexes do not have local versions such as 2.3.0+cpu.
    return f"{distribution.name}=={distribution.version.partition('+')[0]}"


def _closure(direct: Iterable[Distribution], installed: Installed) -> dict[str, str]:
    """Return distributions and all their dependencies -> platform marker, empty if none."""
    found: dict[str, str] = {}
    todo = [(canonicalize_name(d.name), "", frozenset[str]()) for d in direct]
    done: set[Any] = set()
    while todo:
        name, marker, extras = entry = todo.pop()
        if entry in done:
            continue
        done.add(entry)
        found[name] = marker if found.get(name, marker) else ""
        distribution = installed.distributions.get(name)
        for requirement in _parsed(distribution.requires if distribution else ()):
            target = canonicalize_name(requirement.name)
            if target in installed.distributions and _applies(requirement, extras, installed):
                condition = str(requirement.marker or "")
                of_platform = _PLATFORM.search(condition) and "extra" not in condition
                todo.append(
                    (target, condition if of_platform else marker, frozenset(requirement.extras))
                )
    return found


def _applies(requirement: Requirement, extras: frozenset[str], installed: Installed) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**installed.markers, "extra": extra}) for extra in ("", *extras)
    )
