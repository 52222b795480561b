"""JSON, read with the places where everything stands."""

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
class Value:
    """A value in a JSON text: what it is, and where it stands."""

    data: object
    span: Span


class Member(NamedTuple):
    """A member of an object: its key, and its value."""

    key: Value
    value: Value


def object_at(text: str, at: int) -> dict[str, Value]:
    """Return the values of the object at an offset, by their keys."""
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


def items_at(text: str, at: int) -> Iterator[Value]:
    """Yield the items of the array at an offset."""
    at = skip_blanks(text, at + 1)
    while text[at] != "]":
        value = _value(text, at)
        yield value
        at = skip_blanks(text, value.span.end)
        at = skip_blanks(text, at + 1) if text[at] == "," else at


def _value(text: str, at: int) -> Value:
    data, end = _DECODER.raw_decode(text, at)
    return Value(data, Span(at, end))


def skip_blanks(text: str, at: int) -> int:
    """Return the offset of the first character that is not blank."""
    match = _BLANK.match(text, at)
    return match.end() if match else at
