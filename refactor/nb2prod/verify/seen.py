"""A value as a probe saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """A value as it was seen in a run.

    Attributes:
        type: the dotted name of its type.
        digest: equal for equal values; None where the value can't be compared, see `why`.
        storable: the plainest file format that keeps it exactly: "parquet", "npy", "json",
            "pickle"; None where there is none or it was not asked for.
        why: why it can't be compared.
        shape: of a frame or array.
        preview: a short value as text.
    """

    type: str
    digest: str | None
    storable: str | None
    why: str
    shape: tuple[int, ...] | None
    preview: str | None


def seen(entry: Mapping[str, Any]) -> Seen:
    """Make a value of what a probe wrote."""
    shape = entry["shape"]
    return Seen(
        entry["type"],
        entry["digest"],
        entry["storable"],
        entry["why"],
        None if shape is None else tuple(shape),
        entry["preview"],
    )
