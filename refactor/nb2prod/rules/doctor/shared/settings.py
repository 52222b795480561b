"""Settings files in the format of git and DVC, read with the span of each setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.text.spans import Span

_SECTION = re.compile(r"[ \t]*\[(?P<name>[^\]\r\n]*)\]")
_SETTING = re.compile(r"[ \t]*(?P<key>[^\s=#;\[][^=\r\n]*?)[ \t]*=[ \t]*(?P<value>[^\r\n]*)")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: section, key and value, with the spans of the value and the section header."""

    section: str
    key: str
    value: str
    span: Span
    section_span: Span


def read_settings(text: str) -> Iterator[Setting]:
    """Yield the settings of a file; other lines are skipped."""
    at = 0
    section, section_span = "", Span(0, 0)
    for line in text.splitlines(keepends=True):
        if match := _SECTION.match(line):
            section = match["name"].strip()
            indent = len(line) - len(line.lstrip())
            section_span = Span(at + indent, at + match.end())
        elif match := _SETTING.match(line):
            value = match["value"].strip()
            start = at + match.start("value")
            span = Span(start, start + len(value))
            yield Setting(section, match["key"].strip().lower(), value, span, section_span)
        at += len(line)
