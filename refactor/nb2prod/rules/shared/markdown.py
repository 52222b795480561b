"""Queries on Markdown cells, with just enough of the syntax to find headings."""

import re
from collections.abc import Iterable, Iterator, Sequence

from nb2prod.notebook.model import Cell
from nb2prod.text.html_headings import html_headings, without_tags

_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*$", re.MULTILINE)
_LOOSE = re.compile(r"^ {0,3}(#{1,6})([^#\s!].*)$", re.MULTILINE)  # `#Title`, a common mistake
_SETEXT = re.compile(
    r"^ {0,3}(?!#{1,6}[ \t]|>|[-+*][ \t])(\S.*)\n {0,3}(=+|-{2,})[ \t]*$", re.MULTILINE
)


def headings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the level and text of each heading of a Markdown cell, in any of its notations."""
    text = _FENCE.sub("", source)
    for match in (*_ATX.finditer(text), *_LOOSE.finditer(text)):
        yield len(match[1]), (match[2] or "").strip(" #\t")
    for match in _SETEXT.finditer(text):
        yield (1 if match[2][0] == "=" else 2), match[1]
    for heading in html_headings(text):
        yield heading.level, without_tags(heading.inner)


def has_prose(source: str) -> bool:
    """Return whether a Markdown cell has text besides headings and horizontal rules."""
    text = source
    for pattern in (_ATX, _LOOSE, _SETEXT):
        text = pattern.sub("", text)
    rest: list[str] = []
    done = 0
    for heading in html_headings(text):
        rest.append(text[done : heading.start])
        done = heading.end
    return any(c.isalnum() for c in without_tags("".join([*rest, text[done:]])))


def non_empty(cells: Iterable[Cell]) -> list[Cell]:
    """Return the cells that are not empty."""
    return [cell for cell in cells if cell.source.strip()]


def exercise_cells(cells: Sequence[Cell]) -> set[int]:
    """Return the empty code cells below a question, which the reader is asked to fill in.

    They stand between Markdown cells; in a notebook with such cells, also at the end.
    """
    exercises: set[int] = set()
    pending: list[int] = []
    kind = ""  # of the last cell that is not empty
    for cell in cells:
        if cell.source.strip():
            if kind == cell.kind == "markdown":
                exercises.update(pending)
            pending, kind = [], cell.kind
        elif cell.kind == "code":
            pending.append(cell.index)
    if exercises and kind == "markdown":
        exercises.update(pending)
    return exercises
