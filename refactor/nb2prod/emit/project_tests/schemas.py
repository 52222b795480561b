"""Pandera schemas of the raw tables: their observed types and values, with some tolerance."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from nb2prod.emit.project_tests.recording import Column, Table

_ROOM = 0.1  # share of the observed range that is added on both sides
_SEEN_OFTEN = 5  # occurrences on average of each value of a closed list
_SERIES = 6  # numbered columns that are written as one pattern, at least
_KEY = re.compile(r"(^|_)(id|ids|key|uuid|guid|code|no|nr|number)$|Id$|ID$")
_PLAIN_TYPES = {"int64": "int", "float64": "float", "bool": "bool"}


def schemas_module(tables: Sequence[Table]) -> str:
    """Return the module with a schema for each table, not formatted."""
    parts = [
        '"""The schemas of the raw tables.\n\n'
        "They were derived from the tables that the notebook read; ranges have some tolerance.\n"
        "You know more about the data than these tables show, so please edit the schemas.\n"
        '"""\n\nimport pandera.pandas as pa\n'
    ]
    parts += [_schema(table) for table in tables]
    return "\n".join(parts)


def _schema(table: Table) -> str:
    columns = "\n".join(f"    {line}," for line in _columns(table))
    return (
        f"# {table.path}: {table.rows} rows\n"
        f"{table.name.upper()} = pa.DataFrameSchema({{\n{columns}\n}}, strict=True)\n"
    )


def _columns(table: Table) -> Iterator[str]:
    """Yield an entry for each column; a long series of similar numbered columns has only one."""
    for series, group in groupby(table.columns, _series):
        columns = list(group)
        if series and len(columns) >= _SERIES:
            yield f"{_pattern(series)!r}: {_joined(columns, table.rows)}"
        else:
            yield from (f"{c.name!r}: {_column(c, table.rows)}" for c in columns)


def _series(column: Column) -> tuple[str, str, str] | None:
    """Return the parts that a series of numbered columns shares; None for other columns."""
    found = re.fullmatch(r"(.*?)(\d+)(\D*)", column.name) if isinstance(column.name, str) else None
    return (found[1], found[3], column.dtype) if found else None


def _pattern(series: tuple[str, str, str]) -> str:
    before, after, _ = series
    return rf"^{re.escape(before)}\d+{re.escape(after)}$"


def _joined(columns: Sequence[Column], rows: int) -> str:
    lows = [c.low for c in columns if c.low is not None]
    highs = [c.high for c in columns if c.high is not None]
    first = columns[0]
    whole = Column(
        first.name,
        first.dtype,
        first.kind,
        max(c.gaps for c in columns),
        False,
        min(lows, default=None),
        max(highs, default=None),
        None,
    )
    return _column(whole, rows).removesuffix(")") + ", regex=True)"


def _column(column: Column, rows: int) -> str:
    key = column.unique and rows > 1 and bool(_KEY.search(str(column.name)))
    parts = [_type(column), "" if key else _check(column, rows)]
    parts += ["unique=True"] if key else []
    parts += ["nullable=True"] if column.gaps else []
    return f"pa.Column({', '.join(p for p in parts if p)})"


def _type(column: Column) -> str:
    if column.kind == "other":
        return "" if column.dtype == "object" else repr(column.dtype)
    if column.kind == "text":
        return "str" if column.dtype != "category" else '"category"'
    if column.kind == "date":
        return "pa.DateTime" if "," not in column.dtype else repr(column.dtype)
    return _PLAIN_TYPES.get(column.dtype, repr(column.dtype))


def _check(column: Column, rows: int) -> str:
    values = column.values
    if values and column.kind == "text" and rows - column.gaps >= _SEEN_OFTEN * len(values):
        return f"pa.Check.isin({list(values)!r})"
    if values and column.kind == "int" and set(values) == {0, 1}:
        return "pa.Check.isin([0, 1])"
    if column.low is None or column.high is None:
        return ""
    low, high = _with_room(column.low, column.high, whole=column.kind == "int")
    return f"pa.Check.in_range({low}, {high})"


def _with_room(low: float, high: float, *, whole: bool) -> tuple[float, float]:
    """Widen a range to round numbers, but not across zero."""
    room = _ROOM * (high - low) or abs(high) * _ROOM or 1.0
    unit = 10.0 ** math.floor(math.log10(room))
    least, most = math.floor((low - room) / unit) * unit, math.ceil((high + room) / unit) * unit
    if low >= 0:
        least = max(0.0, least)
    if high <= 0:
        most = min(0.0, most)
    if whole:
        return math.floor(least), math.ceil(most)
    return float(f"{least:.10g}"), float(f"{most:.10g}")
