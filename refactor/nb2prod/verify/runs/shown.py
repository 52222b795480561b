"""Printed lines and displayed values of a run, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nb2prod.verify.runs.observed_value import ObservedValue, observed_value

MIME = "application/vnd.nb2prod+json"  # of the marks that `probes/shown.py` adds to an output
Event = str | Mapping[str, Any]  # printed text, or a mark

_MARK = re.compile("\x1enb2prod(.*?)\x1e", re.DOTALL)
# The address of an object, which the default `repr` shows.
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


@dataclass(frozen=True, slots=True)
class Shown:
    """A printed line, or (`value`) a displayed value."""

    text: str
    value: ObservedValue | None = None

    def __str__(self) -> str:
        """Return it in a few words."""
        text = " ".join(self.text.split())
        return repr(text[:60]) if self.value is None else f"{self.value.type} {text[:60]}".strip()

    @property
    def key(self) -> tuple[str, str]:
        """The part of it that is compared."""
        if self.value is None:
            return "", self.text
        return self.value.type, self.value.digest or ""


def shown_by_notebook(events: Iterable[Event]) -> dict[int, list[Event]]:
    """Return the events of each statement, up to the mark that says that it is done."""
    found: dict[int, list[Event]] = {}
    current: list[Event] = []
    for event in events:
        if not isinstance(event, str) and "statement" in event:
            found.setdefault(int(event["statement"]), []).extend(current)
            current = []
        else:
            current.append(event)
    return found


def shown_by_stage(output: str) -> Iterator[Event]:
    """Yield the events of a stage; the text of a displayed value, between two marks, is none."""
    displaying = False
    for number, part in enumerate(_MARK.split(output)):
        if number % 2:
            mark = json.loads(part)
            displaying = "begin" in mark
            yield from mark.get("begin", ())
        elif part and not displaying:
            yield part


def shown(events: Iterable[Event], package: str = "") -> Iterator[Shown]:
    """Yield what was shown; blank lines are left out.

    Args:
        events: The output of a run.
        package: The project's package: its classes are `__main__`'s in the notebook.
    """
    own = re.compile(rf"\b{re.escape(package)}(?:\.[a-z_]\w*)+\.(?=\w)") if package else None
    text: list[str] = []
    for event in events:
        if isinstance(event, str):
            text.append(event)
        elif "value" in event:
            yield from _lines("".join(text), own)
            text = []
            value = observed_value(event["value"])
            yield Shown(value.preview or "", value)
    yield from _lines("".join(text), own)


def _lines(text: str, own: re.Pattern[str] | None) -> Iterator[Shown]:
    for line in text.split("\n"):
        # A terminal shows what comes after the last carriage return, as progress bars use it.
        last = line.rstrip("\r").rpartition("\r")[2].strip()
        if last:
            last = own.sub("__main__.", last) if own else last
            yield Shown(_ADDRESS.sub("0x…", last))
