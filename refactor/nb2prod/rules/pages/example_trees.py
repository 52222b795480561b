"""The examples on the pages of the rules on repositories: each is a test of its rule.

An example is one or several fenced blocks, one behind the other without a blank line between: the
files of a repository. A fence names its file, and may say that git does not keep it
(`tracked=false`), that it is larger than it is shown (`size=20000000`), or that there is no git at
all (`git=false`). The comment `# flagged` at the end of a line says that a finding starts in that
line, and is taken off; `flagged=true` behind a name that the file as a whole is found. Without
either, any finding will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.notebook.percent import options
from nb2prod.rules.pages.examples import FLAGGED, Section, sections

_FENCE = re.compile(
    r"^(?P<mark>`{3,})\w*[ \t]+(?P<info>name=[^\n]*)\n(?P<text>.*?)^(?P=mark)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """A file of an example."""

    name: str
    text: str
    size: int
    tracked: bool


@dataclass(frozen=True, slots=True)
class ExampleTree:
    """One example.

    Attributes:
        section: under which heading it stands.
        files: what lies in the repository.
        git: it is under version control.
        flagged: the places where findings start: a file, and a line or 0; empty if it does not say.
    """

    section: Section
    files: tuple[ExampleFile, ...]
    git: bool
    flagged: frozenset[tuple[str, int]]


def example_trees(page: str) -> Iterator[ExampleTree]:
    """Yield the examples of a page, in order."""
    for section, text in sections(page):
        group: list[re.Match[str]] = []
        for fence in _FENCE.finditer(text):
            if group and text[group[-1].end() : fence.start()] != "\n":
                yield _example(section, group)
                group = []
            group.append(fence)
        if group:
            yield _example(section, group)


def _example(section: Section, fences: list[re.Match[str]]) -> ExampleTree:
    files: list[ExampleFile] = []
    flagged: set[tuple[str, int]] = set()
    git = True
    for fence in fences:
        given = options(fence["info"])
        name: str = given["name"]
        lines = enumerate(fence["text"].split("\n"), 1)
        flagged |= {(name, number) for number, line in lines if FLAGGED.search(line)}
        if given.get("flagged"):
            flagged.add((name, 0))
        git = git and given.get("git", True)
        text = FLAGGED.sub("", fence["text"])
        files.append(ExampleFile(name, text, given.get("size", 0), given.get("tracked", True)))
    return ExampleTree(section, tuple(files), git, frozenset(flagged))
