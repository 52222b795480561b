"""Margins: the text that IPython removes from the lines of a cell before it runs them.

These are the prompts of a pasted session, or the indentation of a cell that was copied from inside
a function.
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
    """Yield the prompts of a pasted session, or else the indentation that all lines share."""
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
    """Return `source` with its margins made invisible to Python; the length stays the same.

    A form feed resets the column to 0, both for Python's tokenizer and for `ast`.
    """
    return apply_edits(
        source, (Edit(s, " " * (s.end - s.start - 1) + "\f") for s in margins if s.start < s.end)
    )


def unflush(text: str) -> str:
    """Return a text that `flush` returned, without its margins."""
    return _MARGIN.sub("", text)
