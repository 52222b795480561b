"""The HTML headings of a text, found in one pass: an unclosed tag does not cost a search each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TAG = re.compile(r"<(/?)h([1-6])\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^>]*>")


class HtmlHeading(NamedTuple):
    """A heading, from `<h1>` to `</h1>`; `inner` is the text between them."""

    start: int
    end: int
    level: int
    inner: str


def html_headings(text: str) -> Iterator[HtmlHeading]:
    """Yield the headings of a text; other tags of headings in a heading are part of it."""
    tags = list(_TAG.finditer(text))
    ends = [0] * len(tags)  # for each tag, the next closing one of its level
    closing = dict.fromkeys("123456", len(tags))
    for i in reversed(range(len(tags))):
        ends[i] = closing[tags[i][2]]
        if tags[i][1]:
            closing[tags[i][2]] = i
    i = 0
    while i < len(tags):
        end = ends[i]
        if tags[i][1] or end == len(tags):
            i += 1
            continue
        inner = text[tags[i].end() : tags[end].start()]
        yield HtmlHeading(tags[i].start(), tags[end].end(), int(tags[i][2]), inner)
        i = end + 1


def without_tags(text: str, by: str = "") -> str:
    """Return a text with something else in the place of its tags."""
    # Behind the last `>` there is no tag: a search from each `<` would be in vain.
    head, sign, tail = text.rpartition(">")
    return _ANY_TAG.sub(by, head + sign) + tail
