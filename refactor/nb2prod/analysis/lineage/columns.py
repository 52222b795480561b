"""Columns of tables: selecting, dropping, renaming and writing them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from nb2prod.analysis.lineage.values import Columns, Value


def column_names(value: Value) -> list[str] | None:
    """Return the column names in a value; None if they are unknown."""
    if isinstance(value.constant, str):
        return [value.constant]
    if value.items is None or not value.items:
        return None
    texts = [v.constant for _, v in value.items]
    return (
        [t for t in texts if isinstance(t, str)] if all(isinstance(t, str) for t in texts) else None
    )


def columns_of(base: Value, taken: Sequence[str] | None, *, single: bool = False) -> Value:
    """Return a table with only these columns; with `single`, the column as a series."""
    if taken is None:
        return replace(base, columns=None, items=None)
    facts = ((c, s) for c, s in base.facts if c is None or c in taken)
    columns = base.columns.take(taken) if base.columns else None
    return replace(
        base,
        facts=frozenset((None if single else c, s) for c, s in facts),
        columns=columns,
        items=None,
        constant=None,
    )


def without_columns(base: Value, dropped: Sequence[str] | None) -> Value:
    """Return a table without these columns."""
    if dropped is None:
        return replace(base, columns=None)
    facts = frozenset((c, s) for c, s in base.facts if c not in dropped)
    return replace(base, facts=facts, columns=base.columns and base.columns.drop(dropped))


def renamed(base: Value, names_: Value | None) -> Value:
    """Return a table with renamed columns."""
    if names_ is None or names_.items is None:
        return replace(base, columns=None)
    new = {old: value.constant for old, value in names_.items if isinstance(old, str)}
    texts = {old: name for old, name in new.items() if isinstance(name, str)}
    if len(texts) < len(names_.items):
        return replace(base, columns=None)
    facts = frozenset((texts.get(c, c) if c else c, s) for c, s in base.facts)
    columns = base.columns
    if columns and columns.only is not None:
        columns = columns.take(texts.get(c, c) for c in columns.only)
    elif columns:
        columns = columns.drop(texts)
    return replace(base, facts=facts, columns=columns)


def with_columns(
    base: Value, named: Sequence[str] | None, value: Value, *, all_rows: bool = True
) -> Value:
    """Return a table after a value is written into these columns."""
    seen = value.statistics
    if named is None:
        return base.has_seen(seen)
    facts = frozenset((c, s) for c, s in base.facts if not all_rows or c not in named)
    facts |= {(c, s) for c in named for s in seen}
    columns = base.columns
    if columns:
        only = columns.only and columns.only | frozenset(named)
        new = Columns(columns.base, only, columns.without - frozenset(named))
        columns = new
    return replace(base, facts=facts, columns=columns)
