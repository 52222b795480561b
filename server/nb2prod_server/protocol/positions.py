"""Convert between offsets in code points and the positions of the editor.

Inside nb2prod a position is an offset in code points. An editor uses lines and characters, counted
in UTF-16 units unless both sides have agreed on another encoding.
"""

from __future__ import annotations

from enum import Enum

from lsprotocol import types

from nb2prod.text.spans import LineTable


class Encoding(Enum):
    """The unit in which characters of a line are counted."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_32 = "utf-32"

    def width(self, text: str) -> int:
        """Return the length of a text in units."""
        if self is Encoding.UTF_32 or text.isascii():
            return len(text)
        if self is Encoding.UTF_8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)

    def prefix(self, text: str, units: int) -> int:
        """Return the number of whole code points in the first units of a text."""
        if self is Encoding.UTF_32 or text.isascii():
            return min(units, len(text))
        taken = 0
        for count, character in enumerate(text):
            taken += self.width(character)
            if taken > units:
                return count
        return len(text)


class Positions:
    """The positions in one text; a position outside of it counts as the nearest one in it."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        """Find the lines of `text`."""
        self._lines = LineTable(text)
        self._text = text
        self._encoding = encoding
        self._plain = encoding is Encoding.UTF_32 or text.isascii()

    @property
    def end(self) -> types.Position:
        """The position after the last character."""
        return self.position(len(self._text))

    def offset(self, position: types.Position) -> int:
        """Return the offset of a position; a character after the end of its line is the end."""
        if position.line >= len(self._lines):
            return len(self._text)
        line = self.line(position.line)
        start = self._lines.start(position.line + 1)
        if self._plain:
            return start + min(position.character, len(line))
        return start + self._encoding.prefix(line, position.character)

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset."""
        line, column = self._lines.position(min(offset, len(self._text)))
        if self._plain:
            return types.Position(line - 1, column - 1)
        start = self._lines.start(line)
        return types.Position(line - 1, self._encoding.width(self._text[start:offset]))

    def range(self, start: int, end: int) -> types.Range:
        """Return the range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def line(self, number: int) -> str:
        """Return the text of a line, counted from 0, without its end."""
        start, end = self._lines.start(number + 1), self._lines.start(number + 2)
        return self._text[start:end].rstrip("\r\n")
