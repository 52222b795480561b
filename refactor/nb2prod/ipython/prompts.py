"""Margins: what IPython takes off the lines of a cell before it reads them as Python.

A pasted session has prompts; a cell copied from inside a function is indented as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nb2prod.text.spans import Edit, Span, apply_edits

_PROMPT = re.compile(
    r"^(?:[ \t]*(?:>>>|\.\.\.(?!\.))(?:[ ]|$)|In\ \[\d*\]:[ ]?|[ \t]*\.{3,}:[ ]?)", re.MULTILINE
)
_MARGIN = re.compile(r"^[ \t]*\f", re.MULTILINE)


def find_margins(source: str) -> Iterator[Span]:
    """Yield the prompts of a pasted session, or else the indentation all lines share."""
    lines = [m for m in re.finditer(r"[^\r\n]+", source) if not m[0].isspace()]
    first = lines[0][0] if lines else ""
    if _PROMPT.match(first):
        for match in _PROMPT.finditer(source):
            yield Span(*match.span())
    elif first[:1] in {" ", "\t"}:
        shared = first[: len(first) - len(first.lstrip(" \t\f"))]
        for line in lines:
            while not line[0].startswith(shared):
                shared = shared[:-1]
        for line in lines:
            yield Span(line.start(), line.start() + len(shared))


def flush(source: str, margins: Iterable[Span]) -> str:
    """Return `source`, as long as before, with its margins made invisible to Python.

    A form feed sets the column back to 0, for Python's tokenizer as for `ast`.
    """
    return apply_edits(
        source, (Edit(s, " " * (s.end - s.start - 1) + "\f") for s in margins if s.start < s.end)
    )


def unflush(text: str) -> str:
    """Return a text that went through `flush` without its margins."""
    return _MARGIN.sub("", text)
