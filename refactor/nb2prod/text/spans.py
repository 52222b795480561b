"""Positions in source text: offsets inside nb2prod, lines and columns only at its edges.

A position is an offset in code points into the text of one cell or one file. It is converted to a
line and a column only for people and editors.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

import msgspec

# Only these end a line, for Python's tokenizer and for the Language Server Protocol alike;
# str.splitlines also splits at form feeds, U+2028 and others, and so counts lines wrongly.
_LINE_END = re.compile(r"\r\n|\r|\n")


class Span(msgspec.Struct, frozen=True, order=True):
    """A half-open range of code points in a text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Reject a range that ends before it starts."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def text(self, source: str) -> str:
        """Return the part of `source` that the span covers."""
        return source[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Return whether `other` lies entirely inside this span."""
        return self.start <= other.start and other.end <= self.end


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replace the text of a span by other text."""

    span: Span
    text: str


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """Return `source` with all edits applied.

    Insertions at the same offset keep the order in which they are given.

    Raises:
        ValueError: two edits overlap, or one lies outside the text.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        if edit.span.start < done:
            raise ValueError(f"edits overlap at {edit.span.start}")
        if edit.span.end > len(source):
            raise ValueError(f"edit ends at {edit.span.end}, after the end {len(source)}")
        parts += (source[done : edit.span.start], edit.text)
        done = edit.span.end
    parts.append(source[done:])
    return "".join(parts)


class LineTable:
    """The lines of a text, to convert between offsets and line and column."""

    def __init__(self, source: str) -> None:
        """Find the start of each line of `source`."""
        self.source = source
        self._starts = _line_starts(source)
        self._ascii = source.isascii()

    def __len__(self) -> int:
        """Count the lines; a text that ends in a newline has an empty last one."""
        return len(self._starts)

    def start(self, line: int) -> int:
        """Return the offset at which a line starts; lines are counted from 1, as by `ast`."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.source)

    def offset(self, line: int, byte_column: int) -> int:
        """Return the offset of a position of `ast`: line from 1, column in UTF-8 bytes."""
        if self._ascii and line <= len(self._starts):
            return self._starts[line - 1] + byte_column
        start = self.start(line)
        if self._ascii:
            return start + byte_column
        text = self.source[start : self.start(line + 1)]
        return start + len(
            text.encode("utf-8", "surrogatepass")[:byte_column].decode("utf-8", "ignore")
        )

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both from 1, the column in code points."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def _line_starts(source: str) -> list[int]:
    if "\r" in source:
        return [0, *(match.end() for match in _LINE_END.finditer(source))]
    starts = [0]
    while at := source.find("\n", starts[-1]) + 1:
        starts.append(at)
    return starts
