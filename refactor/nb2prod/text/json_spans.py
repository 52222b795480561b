"""JSON with spans: each value knows its position in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nb2prod.text.spans import Span

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value in a JSON text, and its span."""

    data: object
    span: Span


class Member(NamedTuple):
    """A member of an object: its key and its value."""

    key: JsonValue
    value: JsonValue


def object_at(text: str, at: int) -> dict[str, JsonValue]:
    """Return the values of the object at an offset, by key."""
    return {str(member.key.data): member.value for member in members_at(text, at)}


def members_at(text: str, at: int) -> Iterator[Member]:
    """Yield the members of the object at an offset."""
    at = skip_blanks(text, at + 1)
    while text[at] != "}":
        key = _value(text, at)
        value = _value(text, skip_blanks(text, skip_blanks(text, key.span.end) + 1))
        yield Member(key, value)
        at = skip_blanks(text, value.span.end)
        at = skip_blanks(text, at + 1) if text[at] == "," else at


def items_at(text: str, at: int) -> Iterator[JsonValue]:
    """Yield the items of the array at an offset."""
    at = skip_blanks(text, at + 1)
    while text[at] != "]":
        value = _value(text, at)
        yield value
        at = skip_blanks(text, value.span.end)
        at = skip_blanks(text, at + 1) if text[at] == "," else at


def _value(text: str, at: int) -> JsonValue:
    data, end = _DECODER.raw_decode(text, at)
    return JsonValue(data, Span(at, end))


def skip_blanks(text: str, at: int) -> int:
    """Return the offset of the first non-blank character."""
    match = _BLANK.match(text, at)
    return match.end() if match else at
