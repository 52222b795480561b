"""A value as a probe saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FIGURES = "figures are not compared"  # as the probe says it


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
        preview: what tells it from others, in a few words.
        columns: name, digest and preview of the columns of a frame.
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
        """Say whether it is a figure of matplotlib, or an array of parts of one."""
        parts = self.type == "numpy.ndarray" and self.why == _FIGURES
        return self.digest is None and (parts or self.type.startswith("matplotlib."))


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
        tuple((name, digest, preview) for name, digest, preview in entry["columns"]),
    )


def difference(wanted: Seen, got: Seen) -> str:
    """Say in a few words how a value of the project differs from the notebook's."""
    if wanted.type != got.type:
        return _became(_with(wanted.type, wanted.preview), _with(got.type, got.preview))
    if wanted.columns and got.columns and (found := _columns(wanted, got)):
        return found
    if wanted.shape != got.shape:
        return _became(f"shape {wanted.shape}", f"{got.shape}")
    if wanted.preview != got.preview:
        return _became(wanted.preview or "", got.preview or "")
    if wanted.columns:
        return "its index differs"
    return "its content differs"


def _columns(wanted: Seen, got: Seen) -> str:
    """Say which columns of a frame are missing, new or changed; empty where all are alike."""
    ours, theirs = ([name for name, _, _ in v.columns] for v in (wanted, got))
    if missing := [n for n in ours if n not in theirs]:
        return f"without {_named(missing)}"
    if new := [n for n in theirs if n not in ours]:
        return f"with {_named(new)} besides"
    if ours != theirs:
        return "the columns are in another order"
    if wanted.shape != got.shape:
        return ""
    pairs = zip(wanted.columns, got.columns, strict=True)
    changed = [(one, other) for one, other in pairs if one[1] != other[1]]
    if not changed:
        return ""
    (_, _, before), (_, _, after) = changed[0]
    detail = f" ({_became(before or '', after or '')})" if before != after else ""
    return f"in {_named([one[0] for one, _ in changed])}{detail}"


def _named(columns: list[str]) -> str:
    shown = ", ".join(map(repr, columns[:3]))
    more = f" and {len(columns) - 3} more" if len(columns) > 3 else ""
    return f"{'column' if len(columns) == 1 else 'columns'} {shown}{more}"


def _with(type_: str, preview: str | None) -> str:
    return f"{type_} {preview}" if preview else type_


def _became(one: str, other: str) -> str:
    return " ".join(f"{one} became {other}".split())
