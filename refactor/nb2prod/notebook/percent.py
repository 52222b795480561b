"""Percent scripts (`.py` with `# %%`): reading their cells, with line numbers in the file.

Jupytext reads the same format, but without positions, and importing it takes longer than checking
thousands of notebooks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

_MARK = re.compile(r"#\s?%%(?P<more>%*)(?:[ \t]+(?P<rest>.*))?$")
_KIND = re.compile(r"\[(?P<kind>markdown|md|raw)\]")
_OPTION = re.compile(r"(?:^|\s)(?P<key>[A-Za-z_][\w.\-]*)=(?=\S)")
# IPython syntax is written as a comment, so that the script stays valid Python.
_MAGIC = re.compile(r"\s*#\s?(?=%{1,2}[A-Za-z_]|![^\s=]|\?[A-Za-z_]|[A-Za-z_][\w.]*\?{1,2}\s*$)")
_COMMENT = re.compile(r"#[ ]?")
_QUOTES = ('"""', "'''")

Kind = Literal["code", "markdown", "raw"]


class Line(msgspec.Struct, frozen=True):
    """One line of a cell: its text, and the number of its line in the file, from 0."""

    text: str
    number: int


class ScriptCell(msgspec.Struct, frozen=True):
    """One cell of a script.

    Attributes:
        kind: `code`, `markdown` or `raw`.
        metadata: the options after its mark.
        lines: its lines, without line endings.
        start: the line of its mark.
        stop: the line after its last one.
    """

    kind: Kind
    metadata: Mapping[str, Any]
    lines: tuple[Line, ...]
    start: int
    stop: int

    @property
    def source(self) -> str:
        """The text of the cell, as in a notebook."""
        return "\n".join(line.text for line in self.lines)


def is_percent(text: str) -> bool:
    """Return whether a script contains cell marks."""
    return any(_MARK.match(line) for line in text.splitlines())


def read_percent(text: str) -> tuple[str, tuple[ScriptCell, ...]]:
    """Return the YAML of a script's header, which may be empty, and its cells."""
    lines = [Line(line, number) for number, line in enumerate(re.split(r"\r\n|\r|\n", text))]
    header, lines = _header(lines)
    return header, tuple(_cells(lines))


def _header(lines: list[Line]) -> tuple[str, list[Line]]:
    if not lines or lines[0].text.rstrip() != "# ---":
        return "", lines
    for i, line in enumerate(lines[1:], 1):
        if line.text.rstrip() == "# ---":
            header = "\n".join(_COMMENT.sub("", item.text, count=1) for item in lines[1:i])
            return header, lines[i + 1 :]
    return "", lines


def _cells(lines: list[Line]) -> Iterator[ScriptCell]:
    marks = [i for i, line in enumerate(lines) if _MARK.match(line.text)]
    if any(line.text.strip() for line in lines[: marks[0] if marks else None]):
        marks.insert(0, -1)  # code above the first mark
    for mark, after in zip(marks, [*marks[1:], len(lines)], strict=True):
        match = _MARK.match(lines[mark].text) if mark >= 0 else None
        start = lines[max(mark, 0)].number
        stop = lines[after].number if after < len(lines) else lines[-1].number + 1
        yield _cell(match["rest"] or "" if match else "", lines[mark + 1 : after], start, stop)


def _cell(rest: str, lines: list[Line], start: int, stop: int) -> ScriptCell:
    kind: Kind = "code"
    if match := _KIND.search(rest):
        kind = "raw" if match["kind"] == "raw" else "markdown"
        rest = rest[: match.start()] + rest[match.end() :]
    while lines and not lines[-1].text.strip():
        lines.pop()
    if kind == "code":
        while lines and not lines[0].text.strip():
            lines.pop(0)
        lines = [Line(_MAGIC.sub("", line.text, count=1), line.number) for line in lines]
    else:
        lines = _prose(lines)
    return ScriptCell(kind, options(rest), tuple(lines), start, stop)


def _prose(lines: list[Line]) -> list[Line]:
    """Remove the comment signs or the quotes from the text of a cell that is not code."""
    full = [line for line in lines if line.text.strip()]
    if full and full[0].text.startswith(_QUOTES) and full[-1].text.rstrip().endswith(_QUOTES):
        inner = [Line(line.text, line.number) for line in lines]
        inner[0] = Line(inner[0].text[3:], inner[0].number)
        inner[-1] = Line(inner[-1].text.rstrip()[:-3], inner[-1].number)
        return [line for i, line in enumerate(inner) if line.text or 0 < i < len(inner) - 1]
    return [Line(_COMMENT.sub("", line.text, count=1), line.number) for line in lines]


def options(text: str) -> Mapping[str, Any]:
    """Return the options after a mark, such as `tags=["a"] count=3`; text before is a title."""
    found: dict[str, Any] = {}
    decoder = json.JSONDecoder()
    at = 0
    while match := _OPTION.search(text, at):
        try:
            found[match["key"]], at = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            word = re.match(r"\S*", text[match.end() :])
            at = match.end() + (word.end() if word else 0)
            found[match["key"]] = text[match.end() : at]
    return found
