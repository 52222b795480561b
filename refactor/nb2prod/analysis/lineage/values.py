"""Values: the rows that they hold, and the statistics of rows in their contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from nb2prod.text.spans import Span


class At(NamedTuple):
    """A place in the notebook."""

    cell: int
    span: Span


class Selection(NamedTuple):
    """Some of the rows: one part of a split.

    The parts of one split have no row in common. The first selection takes all rows of a source
    of data.
    """

    split: str
    part: str


# Rows are identified by the selections that lead to them, beginning with their source.
Rows = tuple[Selection, ...]
RowSets = frozenset[Rows]


def disjoint(a: Rows, b: Rows) -> bool:
    """Return whether two sets of rows certainly have none in common."""
    parts = dict(a)
    return a[0] != b[0] or any(parts.get(split, part) != part for split, part in b)


def within(a: Rows, b: Rows) -> bool:
    """Return whether `a` is selected from `b`, or is the same."""
    return a[0] == b[0] and set(a) >= set(b)


def overlap(a: Iterable[Rows], b: Iterable[Rows]) -> bool:
    """Return whether two values certainly share rows: one is selected from the other."""
    b = list(b)
    return any(within(x, y) or within(y, x) for x in a for y in b)


def apart(a: Iterable[Rows], b: Iterable[Rows]) -> bool:
    """Return whether two values certainly share no row."""
    b = list(b)
    return all(disjoint(x, y) for x in a for y in b)


Kind = Literal["statistic", "resample"]


class Statistic(NamedTuple):
    """A value that is computed from many rows at once.

    Attributes:
        at: the place of the call.
        kind: a statistic, or rows that are drawn again or made up from others.
        name: the call, as a message names it: `StandardScaler.fit`.
        rows: the rows it is computed from.
    """

    at: At
    kind: Kind
    name: str
    rows: RowSets


# A statistic in the contents, with the column that contains it; None for all columns.
Fact = tuple[str | None, Statistic]
NO_ROWS: RowSets = frozenset()


class Columns(NamedTuple):
    """The columns of a table, relative to the table that was loaded.

    Attributes:
        base: the table that was loaded.
        only: the columns that are left; None for all.
        without: the columns that were dropped.
    """

    base: str
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Return whether the table certainly has a column."""
        return name not in self.without and (self.only is None or name in self.only)

    def take(self, names: Iterable[str]) -> Columns:
        """Return only these columns."""
        return Columns(self.base, frozenset(names) - self.without)

    def drop(self, names: Iterable[str]) -> Columns:
        """Return the columns without these."""
        return self._replace(without=self.without | frozenset(names))


class Value(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An abstract value; two names of one object share one value (`is`).

    It is a struct because a notebook makes tens of thousands of them.

    Attributes:
        rows: the rows whose contents it holds, row by row.
        facts: the statistics of other rows that its contents depend on.
        index: the rows that it selects, if it holds positions, labels or a mask.
        objects: the estimators and other objects it may be, by number.
        items: its items with their keys, if they are known.
        columns: its columns, if it is a table or a column of one.
        tests: the predictions it is computed from, by number.
        name: the dotted name, if it belongs to a library.
        function: the function or class of the notebook, by number.
        constant: the text or number, if it is a literal.
        rest: whether it holds the row labels of another value, to drop or look up.
    """

    rows: RowSets = NO_ROWS
    facts: frozenset[Fact] = frozenset()
    index: frozenset[Selection] = frozenset()
    objects: frozenset[int] = frozenset()
    items: tuple[tuple[object, Value], ...] | None = None
    columns: Columns | None = None
    tests: frozenset[int] = frozenset()
    name: str = ""
    function: int | None = None
    constant: object = None
    rest: bool = False

    @property
    def statistics(self) -> frozenset[Statistic]:
        """The statistics that its contents depend on."""
        return frozenset(s for _, s in self.facts)

    def select(self, selections: Iterable[Selection]) -> Value:
        """Return the value with only the selected rows."""
        chosen = tuple(selections)
        if not chosen or not self.rows:
            return replace(self)
        parts = dict(chosen)
        rows = (r for r in self.rows if all(parts.get(s, p) == p for s, p in r))
        return replace(self, rows=frozenset((*r, *(c for c in chosen if c not in r)) for r in rows))

    def has_seen(self, statistics: Iterable[Statistic], column: str | None = None) -> Value:
        """Return the value with more statistics in its contents."""
        return replace(self, facts=self.facts | {(column, s) for s in statistics})


def mix(values: Iterable[Value]) -> Value:
    """Return a value computed from others row by row: a sum, a text, an unknown function."""
    known = [v for v in values if v.rows or v.facts or v.tests]
    if not known:
        return Value()
    if len(known) == 1 and not known[0].facts:
        return Value(rows=known[0].rows, tests=known[0].tests)
    return Value(
        rows=frozenset[Rows]().union(*(v.rows for v in known)),
        facts=frozenset((None, s) for v in known for _, s in v.facts),
        tests=frozenset[int]().union(*(v.tests for v in known)),
    )


def held(items: tuple[tuple[object, Value], ...]) -> Value:
    """Return a list, tuple or dict of items."""
    values = [value for _, value in items]
    objects = frozenset(n for v in values if v.objects for n in v.objects)
    mixed = mix(values)
    return Value(mixed.rows, mixed.facts, tests=mixed.tests, items=items, objects=objects)


def join(values: Iterable[Value]) -> Value:
    """Return a value that may be any one of these."""
    values = tuple(values)
    if len(values) == 1:
        return values[0]
    if not values:
        return Value()
    first = values[0]
    if all(v is first for v in values):
        return first
    return Value(
        rows=frozenset[Rows]().union(*(v.rows for v in values)),
        facts=frozenset[Fact]().union(*(v.facts for v in values)),
        index=first.index if all(v.index == first.index for v in values) else frozenset(),
        objects=frozenset[int]().union(*(v.objects for v in values)),
        items=_join_items(values),
        columns=first.columns if all(v.columns == first.columns for v in values) else None,
        tests=frozenset[int]().union(*(v.tests for v in values)),
        name=first.name if all(v.name == first.name for v in values) else "",
        function=next((v.function for v in values if v.function is not None), None),
        rest=all(v.rest for v in values),
    )


def _join_items(values: tuple[Value, ...]) -> tuple[tuple[object, Value], ...] | None:
    shapes = [v.items for v in values if v.items is not None]
    if not shapes:
        return None
    if all(len(s) == len(shapes[0]) for s in shapes):
        columns = zip(*shapes, strict=True)
        return tuple((c[0][0], join(v for _, v in c)) for c in columns)
    return max(shapes, key=len)
