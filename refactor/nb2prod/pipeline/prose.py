"""The Markdown of a notebook: its headings, and its paragraphs as plain text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.analysis.program import Statement
from nb2prod.notebook.model import Notebook

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_SETEXT = re.compile(r"\s{0,3}(=+|-{2,})\s*$")
_HTML_HEADING = re.compile(r"<h([1-6])[^>]*>(.+?)</h\1>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """A Markdown heading; `position` is the first statement after it."""

    position: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """The headings and paragraphs of a notebook, each with the statement that follows it."""

    headings: tuple[Heading, ...]
    paragraphs: tuple[tuple[int, str], ...]  # (position, text without markup)

    def heading_at(self, position: int, *, after: int = -1) -> Heading | None:
        """Return the last heading between statement `after` and a position."""
        last = bisect_right(self.headings, position, key=lambda h: h.position) - 1
        found = self.headings[last] if last >= 0 else None
        return found if found and after < found.position else None

    def text_between(self, after: int, position: int) -> list[str]:
        """Return the paragraphs between statement `after` and a position."""
        first, last = (bisect_right(self.paragraphs, at, key=_position) for at in (after, position))
        return [text for _, text in self.paragraphs[first:last]]


def _position(paragraph: tuple[int, str]) -> int:
    return paragraph[0]


def read_prose(notebook: Notebook, statements: tuple[Statement, ...]) -> Prose:
    """Find the headings and paragraphs of a notebook."""
    cells = [s.cell for s in statements]
    headings: list[Heading] = []
    paragraphs: list[tuple[int, str]] = []
    for cell in notebook.cells:
        if cell.kind != "markdown":
            continue
        position = bisect_left(cells, cell.index)
        headings += [Heading(position, level, text) for level, text in find_headings(cell.source)]
        paragraphs += [(position, text) for text in find_paragraphs(cell.source)]
    return Prose(tuple(headings), tuple(paragraphs))


def find_headings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the level and the text of each heading in a Markdown text, outside fenced code."""
    previous = ""
    for line in _outside_fences(source):
        if found := _HEADING.match(line):
            yield len(found[1]), plain(found[2])
        elif (found := _HTML_HEADING.search(line)) and plain(found[2]):
            yield int(found[1]), plain(found[2])
        elif (found := _SETEXT.match(line)) and previous.strip() and previous[:1] not in "|-*>#":
            yield (1 if found[1][0] == "=" else 2), plain(previous)
        previous = line


def find_paragraphs(source: str) -> Iterator[str]:
    """Yield the paragraphs of a Markdown text as plain text, without headings, tables or code."""
    block: list[str] = []
    lines = [*_outside_fences(source), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        ends = not line.strip() or _HEADING.match(line) or _HTML_HEADING.search(line)
        if ends or _SETEXT.match(line) or _SETEXT.match(following):
            text = plain(" ".join(block))
            if len(re.findall(r"[^\W\d_]{2,}", text)) > 2 and "|" not in text:
                yield text
            block = []
        else:
            item = re.match(r"\s*(?:[-*+]|\d+[.)])\s+", line)
            if item and block:
                block[-1] = block[-1].rstrip(".,;: ") + ";"
            block.append(line[item.end() :].strip() if item else line.strip())


def _outside_fences(source: str) -> Iterator[str]:
    fence = ""
    for line in source.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1] == fence:
            fence = ""
        elif not fence:
            yield line


def plain(text: str) -> str:
    """Return a line of Markdown without its markup: emphasis, links, images, HTML, formulas."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]*>|\$\$.*?\$\$", " ", text)
    text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"(?<!\w)(\*\*|__|\*|_|~~|`+)(?=\S)(.*?)(?<=\S)\1(?!\w)", r"\2", text)
    text = re.sub(r"(?<!\w)[*_]{1,3}(?=\w)|(?<=\w)[*_]{1,3}(?!\w)|^[>\s#]+", "", text)
    return " ".join(text.replace("\\", "").split())
