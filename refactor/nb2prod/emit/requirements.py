"""The distributions that a project needs: which, and in what versions."""

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

# What the project itself needs, besides the notebook's libraries, to be run, checked and tested.
_TOOLS = {
    "dvc": ">=3.60",
    "ipykernel": ">=6.29",
    "pandera": ">=0.24",
    "pylint": ">=3.3",
    "pytest": ">=8.3",
}
_ALWAYS = ("dvc", "ipykernel", "pylint")  # whatever the tests import
_EXTRA = re.compile(r"""extra == ["']([^"']+)""")
_OF_DEVELOPERS = re.compile(
    r"(all|benchmark|build|dev|doc|lint|maintenance|test|typ)", re.IGNORECASE
)
_PLATFORM = re.compile(r"\b(sys_platform|platform_\w+|os_name|implementation_name)\b")


@dataclass(frozen=True, slots=True)
class Distribution:
    """What is installed under one name; `url` is set where it comes from no package index."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an environment holds.

    Attributes:
        python: its Python's version, as 3.11.7.
        markers: its values of the names in environment markers.
        distributions: by their normalised names.
        owners: module -> the normalised names of the distributions that bring it.
    """

    python: str
    markers: Mapping[str, str]
    distributions: Mapping[str, Distribution]
    owners: Mapping[str, Sequence[str]]

    @property
    def platform(self) -> str:
        """The system and the processor, as Linux x86_64."""
        return f"{self.markers['platform_system']} {self.markers['platform_machine']}"

    def owner(self, module: str) -> Distribution | None:
        """Return the distribution that brings a module, by its dotted name."""
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            for name in self.owners.get(".".join(parts[:length]), ()):
                return self.distributions[name]
        return self.distributions.get(canonicalize_name(parts[0]))


def needed(
    modules: Iterable[str],
    calls: Iterable[str],
    asked: Iterable[str],
    installed: Installed | None,
    loaded: Iterable[str] = (),
) -> list[Distribution]:
    """Return the distributions that a project needs directly; without versions if not known.

    Args:
        modules: The dotted names of the libraries' modules that it imports.
        calls: The dotted names of the functions that it calls.
        asked: What the notebook installs, as pip is told.
        installed: The environment of a run, None if there was none.
        loaded: The top-level modules that were loaded in a run.
    """
    found = [_distribution(module, installed) for module in modules]
    if installed:
        offered = {*_offered(found)} - _closure(found, installed).keys()
        used = (installed.owner(module) for module in loaded)
        found += [d for d in used if d and canonicalize_name(d.name) in offered]
    else:
        found += [Distribution(name, "") for name in needed_by_calls([*calls])]
    result = {canonicalize_name(d.name): d for d in found}
    for requirement in () if installed else _parsed(asked):
        name = canonicalize_name(requirement.name)
        result[name] = Distribution(requirement.name, "", (), str(requirement))
    return [result[name] for name in sorted(result)]


def _offered(distributions: Iterable[Distribution]) -> Iterator[str]:
    """Yield the names of what distributions can use besides what they need: their extras."""
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
    """Return a dependency from the version that was seen up to the next major one."""
    if not distribution.version:
        return distribution.url or distribution.name
    try:
        major, minor, *_ = (*Version(distribution.version).release, 0)
    except InvalidVersion:
        return distribution.name
    by_year = major > 1900
    return f"{distribution.name}>={major}.{minor}" + ("" if by_year else f",<{major + 1}")


def tools_of(tests: Iterable[str]) -> dict[str, str]:
    """Return the tools of a project with these tests, and which versions will do."""
    imported = {name.partition(".")[0] for text in tests for name in imported_names(text)}
    return {n: v for n, v in _TOOLS.items() if n in _ALWAYS or n in imported}


def requirements_txt(direct: Sequence[Distribution], installed: Installed | None) -> str:
    """Return the requirements to run a project: exactly what it was run with, if it was."""
    if installed is None:
        about = "What the project imports; it was not run yet, so in versions that are not known."
        lines = [d.url or d.name for d in direct]
    else:
        about = (
            "What the project was run with, and compared with its notebook:\n"
            f"# Python {installed.python} on {installed.platform}."
        )
        lines = list(pinned(direct, installed))
    return "".join(f"{line}\n" for line in (f"# {about}", *lines))


def requirements_dev_txt(tools: Mapping[str, str]) -> str:
    """Return the requirements to develop a project."""
    lines = ["-r requirements.txt", *(f"{name}{version}" for name, version in tools.items())]
    return "".join(f"{line}\n" for line in lines)


def pinned(direct: Sequence[Distribution], installed: Installed) -> Iterator[str]:
    """Yield the lines of a requirements file with exactly what an environment holds.

    What only this platform needs keeps the marker that says so.
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
    # A local version, as in 2.3.0+cpu, is on no package index.
    return f"{distribution.name}=={distribution.version.partition('+')[0]}"


def _closure(direct: Iterable[Distribution], installed: Installed) -> dict[str, str]:
    """Return the names of distributions and of all that they need, with the platform's marker."""
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
