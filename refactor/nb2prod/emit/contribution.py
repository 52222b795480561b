"""The contribution of a capability to a project, as a value; `merged` combines several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from nb2prod.emit.writer import GeneratedFile

RUNNER = "src/run.py"  # runs the stages
Toml = Mapping[str, Any]  # a table of strings, numbers, booleans and lists of strings


class ConflictError(Exception):
    """A file, module or stage that a capability can't add; the message names both."""


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """A requirements file for one part of the project.

    Attributes:
        path: The path of the file from the root of the project.
        about: The first line of the file, without the `#`.
        entry: The module that starts the part; the part needs the libraries that it imports.
        extra: Other distributions that the part needs.
        without: Distributions that only other parts need, though the notebook calls them.
    """

    path: str
    about: str
    entry: str
    extra: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """Everything that one capability adds to a project.

    Attributes:
        files: Files outside of the package and the tests.
        modules: Formatted modules of the package, by dotted name.
        stages: Stages of `dvc.yaml`, by name, as `module_stage` returns them. The generator adds
            the script that runs stages, the module of the same name and the modules that it imports
            to their `deps`.
        tests: Files of the tests.
        libraries: Distributions that the project needs -> version bounds.
        tools: Distributions that only its developers need -> version bounds.
        requirements: Requirements files for parts of the project.
        settings: Tables of `pyproject.toml` below `[tool.nb2prod]`.
        dvc_config: Options of `.dvc/config`, by section.
        ignored: Lines of `.gitignore`.
        attributes: Lines of `.gitattributes`.
        readme: A section of the README, in Markdown.
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
        """The names that no other capability may use."""
        yield from (f"file {f.path}" for f in (*self.files, *self.tests))
        yield from (f"file {r.path}" for r in self.requirements)
        yield from (f"module {name}" for name in self.modules)
        yield from (f"stage {name}" for name in self.stages)
        yield from (f"settings {name}" for name in self.settings)


def module_stage(
    name: str,
    *,
    deps: Iterable[str] = (),
    params: Iterable[str] = (),
    outs: Iterable[str] = (),
    reports: Iterable[str] = (),
    metrics: Iterable[str] = (),
) -> dict[str, dict[str, Any]]:
    """Return a stage of `Contribution.stages`: it runs `main` of the module with its name.

    Args:
        name: The module, one of the capability's templates in `package/`.
        deps: Files that it reads; the generator adds those of its code.
        params: Parameters that it reads, as in `train.alpha`.
        outs: Files that it writes, for DVC to store.
        reports: Files that it writes, for git to store.
        metrics: JSON files of numbers that it writes, for git to store.
    """
    entry: dict[str, list[Any]] = {
        "deps": list(deps),
        "params": sorted(params),
        "outs": [*outs, *({path: {"cache": False}} for path in reports)],
        "metrics": [{path: {"cache": False}} for path in metrics],
    }
    return {name: {"cmd": f"python {RUNNER} {name}", **{k: v for k, v in entry.items() if v}}}


def merged(contributions: Mapping[str, Contribution]) -> Contribution:
    """Return all contributions as one.

    Args:
        contributions: The contributions, by capability.

    Raises:
        ConflictError: Two of them add a file, module, stage or setting of the same name.
    """
    for (one, first), (other, second) in combinations(contributions.items(), 2):
        if both := sorted({*first.claims}.intersection(second.claims)):
            raise ConflictError(f"{one} and {other} both add the {both[0]}")
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
