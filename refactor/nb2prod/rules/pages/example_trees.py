"""Examples on the pages of repository rules; each example is a test of its rule.

An example is a repository: one or more fenced blocks without a blank line between them, one for
each file. The fence names the file. It may add that git does not track the file
(`tracked=false`), that the file is larger than shown (`size=20000000`), or that the folder is not
under version control (`git=false`). The comment `# flagged` at the end of a line marks the start
of a finding, and is removed; `flagged=true` in the fence marks a finding on the whole file. If
nothing is marked, any finding will do.
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
        section: the heading above it.
        files: the files of the repository.
        git: whether it is under version control.
        flagged: (file, line) where findings start, with line 0 for the whole file; empty if not
            marked.
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
