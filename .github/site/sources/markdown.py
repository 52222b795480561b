"""Pages in Markdown, and helpers to write them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<![\w`/\"\[.-])(?P<tick>`?)(?P<code>NB[A-Z]\d{3})(?P=tick)(?![\w`-])")


class Page(NamedTuple):
    """A page of the site.

    Attributes:
        path: of its Markdown file, relative to the folder of all pages.
        title: its name in the navigation.
        text: its Markdown.
        about: one line for search engines.
        wide: its headings are not listed beside it.
    """

    path: str
    title: str
    text: str
    about: str = ""
    wide: bool = False

    def source(self) -> str:
        """Return the file: front matter and Markdown."""
        about = f"description: {_quoted(self.about)}\n" if self.about else ""
        hidden = "hide: [toc]\n" if self.wide else ""
        return f"---\ntitle: {_quoted(self.title)}\n{about}{hidden}---\n\n{self.text.strip()}\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown of one line."""
    lines = [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
    return "\n".join(lines)


def code(text: str) -> str:
    """Return text as inline code, or nothing."""
    return f"`{text}`" if text else ""


def link(text: str, target: str, page: str) -> str:
    """Return a link from a page to another, both as paths in the folder of all pages."""
    return f"[{text}]({posixpath.relpath(target, posixpath.dirname(page) or '.')})"


def outside_code(change: Callable[[str], str], text: str) -> str:
    """Return Markdown with everything but its fenced blocks changed."""
    parts: list[str] = []
    end = 0
    for fence in _FENCED.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])


def with_rule_links(text: str, page: str, codes: Iterable[str]) -> str:
    """Return Markdown in which the codes of rules lead to their pages."""
    known = frozenset(codes)

    def linked(found: re.Match[str]) -> str:
        target = rule_path(found["code"])
        if found["code"] not in known or target == page:
            return found[0]
        return link(found[0], target, page)

    return outside_code(lambda prose: _CODE.sub(linked, prose), text)


def rule_path(code: str) -> str:
    """Return the path of a rule's page."""
    return f"rules/{code}.md"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
