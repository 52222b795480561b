"""Pages that are files of the repository as they are: contributing, changelog, and the like."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nb2prod.rules.registry import all_rules
from sources.markdown import Page, link, outside_code, with_rule_links

ROOT = Path(__file__).parents[3]
# A file of the repository -> its page and title.
DOCUMENTS = {
    ".github/CONTRIBUTING.md": ("contributing.md", "Contributing"),
    "CHANGELOG.md": ("changelog.md", "Changelog"),
    "extension/README.md": ("vscode.md", "Visual Studio Code"),
    "refactor/nb2prod/rules/PRECISION.md": ("rules/precision.md", "How often they are right"),
}
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)]*)?\)")
_EXTERNAL = re.compile(r"[a-z]+:")


def pages() -> Iterator[Page]:
    """Yield a page for each document."""
    for source, (path, title) in DOCUMENTS.items():
        text = (ROOT / source).read_text("utf-8")
        text = outside_code(_Relinked(source, path), text)
        yield Page(path, title, with_rule_links(text, path, (rule.code for rule in all_rules())))


class _Relinked(NamedTuple):
    """Changes links of a document to files that are pages; those to other files become text."""

    source: str
    page: str

    def __call__(self, text: str) -> str:
        return _LINK.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        target = found["target"]
        if not target or _EXTERNAL.match(target):
            return found[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(self.source), target))
        if file not in DOCUMENTS:
            return found["text"]
        return link(found["text"], DOCUMENTS[file][0] + (found["anchor"] or ""), self.page)
