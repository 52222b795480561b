"""The tokens that matter for finding magics: strings, comments, brackets, `=` and line ends.

Python's own tokenizer does not serve here: it stops at the first `!` or `?`, and differs between
versions of Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nb2prod.text.spans import Span

# A token, with the text before it that holds no token. Matching that text is faster than skipping
# it character by character in a search.
_TOKEN = re.compile(
    r'''[^"'\#()\[\]{}\\\r\n=]*+ (?:
        (?P<text>"""(?:[^"\\]|\\.?|"(?!""))*+(?:""")?|\'\'\'(?:[^'\\]|\\.?|'(?!\'\'))*+(?:\'\'\')?
        |"(?:[^"\\\r\n]|\\(?:\r\n|.)?)*+"?|'(?:[^'\\\r\n]|\\(?:\r\n|.)?)*+'?|\#[^\r\n]*+)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<joined>\\(?:\r\n|\r|\n))|(?P<end>\r\n|\r|\n)
    |(?P<assign>(?<![=!<>+\-*/%&|^@:])=(?!=))|[\\=]|\Z)''',
    re.DOTALL | re.VERBOSE,
)
_ASSIGNED_MAGIC = re.compile(r"[ \t]*(?=!|%[A-Za-z_])")


class LogicalLine(NamedTuple):
    """A logical line of Python, read up to its end or to a magic that is assigned in it.

    Attributes:
        end: the end of the line, or the start of the assigned magic.
        assigns_magic: a magic is assigned, as in `x = !ls`.
        text_end: the end of the last string or comment.
    """

    end: int
    assigns_magic: bool
    text_end: int


def read_line(text: str, start: int) -> LogicalLine:
    """Return the logical line at an offset."""
    depth, assigned, text_end = 0, False, start
    for token in _TOKEN.finditer(text, start):
        match token.lastgroup:
            case "text":
                text_end = token.end()
            case "open":
                depth += 1
            case "close":
                depth = max(0, depth - 1)
            case "end" if not depth:
                return LogicalLine(token.start("end"), False, text_end)
            case "assign" if not depth and not assigned:
                assigned = True
                if magic := _ASSIGNED_MAGIC.match(text, token.end()):
                    return LogicalLine(magic.end(), True, text_end)
            case _:
                pass
    return LogicalLine(len(text), False, text_end)


def line_starts_outside_strings(code: str) -> Iterator[int]:
    """Yield the start of each line of `code` that does not begin inside a string."""
    at = 0
    for token in _TOKEN.finditer(code):
        if token.lastgroup in {"end", "joined"}:
            yield at
            at = token.end()
    yield at


def comments(source: str) -> Iterator[Span]:
    """Yield the spans of the comments in a cell."""
    for token in _TOKEN.finditer(source):
        if token.lastgroup == "text" and token["text"].startswith("#"):
            yield Span(*token.span("text"))
