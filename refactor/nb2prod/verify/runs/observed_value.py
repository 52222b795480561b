"""A value that a probe observed in a run, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FIGURES = "figures are not compared"  # as the probe words it


@dataclass(frozen=True, slots=True)
class ObservedValue:
    """The description of a value that a run computed.

    Attributes:
        type: the dotted name of its type.
        digest: equal for equal values; None where the value can't be compared, see `why`.
        storable: the simplest file format that keeps it exactly: "parquet", "npy", "json",
            "pickle"; None where no format does, or the probe was not asked.
        why: the reason why it can't be compared.
        shape: of a frame or array.
        preview: a few words that distinguish it from other values.
        columns: name, digest and preview of each column of a frame.
    """

    type: str
    digest: str | None
    storable: str | None
    why: str
    shape: tuple[int, ...] | None
    preview: str | None
    columns: tuple[tuple[str, str, str | None], ...] = ()

    @property
    def is_figure(self) -> bool:
        """True for a figure of matplotlib, or an array of parts of one."""
        parts = self.type == "numpy.ndarray" and self.why == _FIGURES
        return self.digest is None and (parts or self.type.startswith("matplotlib."))


def observed_value(entry: Mapping[str, Any]) -> ObservedValue:
    """Return the value that an entry in a probe's result describes."""
    shape = entry["shape"]
    return ObservedValue(
        entry["type"],
        entry["digest"],
        entry["storable"],
        entry["why"],
        None if shape is None else tuple(shape),
        entry["preview"],
        tuple((name, digest, preview) for name, digest, preview in entry["columns"]),
    )


def difference(expected: ObservedValue, actual: ObservedValue) -> str:
    """Describe in a few words how a value of the project differs from the notebook's."""
    if expected.type != actual.type:
        return _became(
            _with_preview(expected.type, expected.preview),
            _with_preview(actual.type, actual.preview),
        )
    if expected.columns and actual.columns and (found := _column_difference(expected, actual)):
        return found
    if expected.shape != actual.shape:
        return _became(f"shape {expected.shape}", f"{actual.shape}")
    if expected.preview != actual.preview:
        return _became(expected.preview or "", actual.preview or "")
    return "the index differs" if expected.columns else "the content differs"


def _column_difference(expected: ObservedValue, actual: ObservedValue) -> str:
    """Name the columns of a frame that are missing, new or changed; empty if none is."""
    before, after = ([name for name, _, _ in value.columns] for value in (expected, actual))
    if missing := [name for name in before if name not in after]:
        return f"{_named(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if new := [name for name in after if name not in before]:
        return f"{_named(new)} {'is' if len(new) == 1 else 'are'} new"
    if before != after:
        return "the columns are in a different order"
    if expected.shape != actual.shape:
        return ""
    pairs = zip(expected.columns, actual.columns, strict=True)
    changed = [pair for pair in pairs if pair[0][1] != pair[1][1]]
    if not changed:
        return ""
    (_, _, one), (_, _, other) = changed[0]
    detail = f" ({_became(one or '', other or '')})" if one != other else ""
    return f"in {_named([column[0] for column, _ in changed])}{detail}"


def _named(columns: list[str]) -> str:
    shown = ", ".join(map(repr, columns[:3]))
    more = f" and {len(columns) - 3} more" if len(columns) > 3 else ""
    return f"{'column' if len(columns) == 1 else 'columns'} {shown}{more}"


def _with_preview(type_: str, preview: str | None) -> str:
    return f"{type_} {preview}" if preview else type_


def _became(old: str, new: str) -> str:
    return " ".join(f"{old} became {new}".split())
