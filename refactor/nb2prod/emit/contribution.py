"""What one capability adds to a project, as a value; the generator merges these by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from nb2prod.emit.writer import GeneratedFile

Toml = Mapping[str, Any]  # a table: text, numbers, booleans, lists of text


class ConflictError(Exception):
    """Two capabilities claim one file, module or stage; the message names them."""


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """A requirements file for a part of the project.

    Attributes:
        path: of the file, from the root of the project.
        about: its first line, without the `#`.
        entry: the module of the package from which the part starts; what it imports is needed.
        besides: distributions that it needs besides.
        without: distributions that only other parts need, though the notebook calls them.
    """

    path: str
    about: str
    entry: str
    besides: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one capability adds to a project.

    Attributes:
        files: files outside of the package and the tests.
        modules: modules of the package, formatted, by dotted name.
        stages: stages of `dvc.yaml`, by name. The script that runs stages, the module of that name
            and what it imports are added to the `deps` of each.
        tests: files of the tests.
        libraries: distributions that the project needs, with their bounds.
        tools: distributions that its developers need, with their bounds.
        requirements: requirements files for parts of the project.
        settings: tables of `pyproject.toml` below `[tool.nb2prod]`.
        dvc_config: options of `.dvc/config`, by section.
        ignored: lines of `.gitignore`.
        attributes: lines of `.gitattributes`.
        readme: a section of the README, in Markdown.
    """

    files: tuple[GeneratedFile, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict[str, str])
    stages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    tests: tuple[GeneratedFile, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict[str, str])
    tools: Mapping[str, str] = field(default_factory=dict[str, str])
    requirements: tuple[RequirementsFile, ...] = ()
    settings: Mapping[str, Toml] = field(default_factory=dict[str, Toml])
    dvc_config: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict[str, Mapping[str, str]]
    )
    ignored: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    readme: str = ""

    @property
    def claims(self) -> Iterator[str]:
        """The names that no other capability may claim."""
        yield from (f"file {f.path}" for f in (*self.files, *self.tests))
        yield from (f"file {r.path}" for r in self.requirements)
        yield from (f"module {name}" for name in self.modules)
        yield from (f"stage {name}" for name in self.stages)
        yield from (f"settings {name}" for name in self.settings)


def merged(contributions: Mapping[str, Contribution]) -> Contribution:
    """Return all contributions as one.

    Args:
        contributions: by the name of the capability.

    Raises:
        ConflictError: two of them claim the same name.
    """
    for (one, first), (other, second) in combinations(contributions.items(), 2):
        if both := sorted({*first.claims}.intersection(second.claims)):
            raise ConflictError(f"{one} and {other} both bring the {both[0]}")
    every = list(contributions.values())
    return Contribution(
        files=tuple(f for c in every for f in c.files),
        modules={n: m for c in every for n, m in c.modules.items()},
        stages={n: s for c in every for n, s in c.stages.items()},
        tests=tuple(t for c in every for t in c.tests),
        libraries={n: b for c in every for n, b in c.libraries.items()},
        tools={n: b for c in every for n, b in c.tools.items()},
        requirements=tuple(r for c in every for r in c.requirements),
        settings={n: s for c in every for n, s in c.settings.items()},
        dvc_config=_sections(every),
        ignored=tuple(dict.fromkeys(line for c in every for line in c.ignored)),
        attributes=tuple(dict.fromkeys(line for c in every for line in c.attributes)),
        readme="\n\n".join(c.readme.strip("\n") for c in every if c.readme),
    )


def _sections(contributions: Sequence[Contribution]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for contribution in contributions:
        for section, options in contribution.dvc_config.items():
            found.setdefault(section, {}).update(options)
    return found
