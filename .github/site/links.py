"""Checking the links inside a site: each leads to a file, and to a place in it that exists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Linked(NamedTuple):
    """The links of a page, and the places in it that can be linked to."""

    targets: tuple[str, ...]
    anchors: frozenset[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Note the links and the names in the attributes of an element."""
        given = dict(attrs)
        self.targets += [value for key in ("href", "src") if (value := given.get(key))]
        self.anchors |= {value for key in ("id", "name") if (value := given.get(key))}


def broken_links(site: Path) -> Iterator[str]:
    """Yield `PAGE: TARGET` for each internal link of a site that leads nowhere."""
    for page in sorted(site.rglob("*.html")):
        for target in dict.fromkeys(_linked(page).targets):
            if not _leads_somewhere(site, page, target):
                yield f"{page.relative_to(site)}: {target}"


@cache
def _linked(page: Path) -> Linked:
    reader = _Reader()
    reader.feed(page.read_text("utf-8"))
    return Linked(tuple(reader.targets), frozenset(reader.anchors))


def _leads_somewhere(site: Path, page: Path, target: str) -> bool:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    path = unquote(parts.path)
    # The page for what is not found is served anywhere, and has absolute links.
    file = site / path.lstrip("/") if path.startswith("/") else page.parent / path
    if not path:
        file = page
    elif file.is_dir():
        file /= "index.html"
    if not file.is_file():
        return False
    anchor = unquote(parts.fragment)
    return not anchor or file.suffix != ".html" or anchor in _linked(file.resolve()).anchors
