"""What rules want to know of Markdown cells; enough of the syntax for headings, and no more."""

import re
from collections.abc import Iterable, Iterator, Sequence

from nb2prod.notebook.model import Cell

_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*$", re.MULTILINE)
_LOOSE = re.compile(r"^ {0,3}(#{1,6})([^#\s!].*)$", re.MULTILINE)  # `#Title`, as many write it
_SETEXT = re.compile(
    r"^ {0,3}(?!#{1,6}[ \t]|>|[-+*][ \t])(\S.*)\n {0,3}(=+|-{2,})[ \t]*$", re.MULTILINE
)
_HTML = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def headings(source: str) -> Iterator[tuple[int, str]]:
    """Yield level and text of the headings of a Markdown cell, however they are written."""
    text = _FENCE.sub("", source)
    for match in (*_ATX.finditer(text), *_LOOSE.finditer(text)):
        yield len(match[1]), (match[2] or "").strip(" #\t")
    for match in _SETEXT.finditer(text):
        yield (1 if match[2][0] == "=" else 2), match[1]
    for match in _HTML.finditer(text):
        yield int(match[1]), _TAG.sub("", match[2])


def has_prose(source: str) -> bool:
    """Say whether a Markdown cell says anything besides headings and rules."""
    text = source
    for pattern in (_ATX, _LOOSE, _SETEXT, _HTML):
        text = pattern.sub("", text)
    return any(c.isalnum() for c in _TAG.sub("", text))


def full(cells: Iterable[Cell]) -> list[Cell]:
    """Return the cells that are not empty."""
    return [cell for cell in cells if cell.source.strip()]


def left_to_reader(cells: Sequence[Cell]) -> set[int]:
    """Return the empty code cells below a question: between Markdown cells, or at such an end."""
    left: set[int] = set()
    last: list[int] = []
    kind = ""  # of the last cell that is not empty
    for cell in cells:
        if cell.source.strip():
            if kind == cell.kind == "markdown":
                left.update(last)
            last, kind = [], cell.kind
        elif cell.kind == "code":
            last.append(cell.index)
    if left and kind == "markdown":
        left.update(last)
    return left
