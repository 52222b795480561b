"""Escaping of text from a notebook for Markdown and Mermaid."""

from __future__ import annotations

import re
from urllib.parse import quote

_SPECIAL = re.compile(r"[\\`*\[\]<>|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
_BLOCK = re.compile(r"([#+=-]|\d+(?=[.)]))")


def inline(text: str) -> str:
    """Return text escaped for a line of Markdown, table cells included."""
    line = _SPECIAL.sub(lambda found: f"\\{found[0]}", _one_line(text))
    block = _BLOCK.match(line)
    if block is None:
        return line
    if line[0].isdigit():
        return f"{block[1]}\\{line[block.end() :]}"
    return f"\\{line}"


def code(text: str) -> str:
    """Return text as inline code of Markdown, table cells included."""
    line = _one_line(text).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest or not line else ""
    return f"{fence}{space}{line}{space}{fence}"


def link(path: str) -> str:
    """Return a path in the project as a link target."""
    return quote(path)


def label(text: str) -> str:
    """Return text as a quoted Mermaid label."""
    return '"' + re.sub(r"[^\w ./,:()-]", lambda c: f"#{ord(c[0])};", _one_line(text)) + '"'


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
