"""What is known of a value, as far as rows and statistics over rows matter."""

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
    """Some rows of those that there are: one part of one split.

    Parts of one split have no row in common. The first selection of all takes the rows of a source
    of data.
    """

    split: str
    part: str


# Rows are known by how they were selected, from the source on.
Rows = tuple[Selection, ...]
RowSets = frozenset[Rows]


def disjoint(a: Rows, b: Rows) -> bool:
    """Say whether two sets of rows surely have none in common."""
    parts = dict(a)
    return a[0] != b[0] or any(parts.get(split, part) != part for split, part in b)


def within(a: Rows, b: Rows) -> bool:
    """Say whether `a` was selected from `b`, or is the same."""
    return a[0] == b[0] and set(a) >= set(b)


def overlap(a: Iterable[Rows], b: Iterable[Rows]) -> bool:
    """Say whether two values surely share rows: one was selected from the other."""
    b = list(b)
    return any(within(x, y) or within(y, x) for x in a for y in b)


def apart(a: Iterable[Rows], b: Iterable[Rows]) -> bool:
    """Say whether two values surely share no row."""
    b = list(b)
    return all(disjoint(x, y) for x in a for y in b)


Kind = Literal["statistic", "resample"]


class Statistic(NamedTuple):
    """Something that was computed from many rows at once.

    Attributes:
        at: where.
        kind: a statistic, or rows that were drawn again or made up from others.
        name: of the call, as a reader knows it: `StandardScaler.fit`.
        rows: what it was computed from.
    """

    at: At
    kind: Kind
    name: str
    rows: RowSets


# A statistic that is in the contents, with the column where it is, None for all of them.
Fact = tuple[str | None, Statistic]
NO_ROWS: RowSets = frozenset()


class Columns(NamedTuple):
    """The columns that a table still has of the table it was read as.

    Attributes:
        base: that table.
        only: these, or None for all.
        without: but not these.
    """

    base: str
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Say whether a column is surely there."""
        return name not in self.without and (self.only is None or name in self.only)

    def take(self, names: Iterable[str]) -> Columns:
        """Return these columns only."""
        return Columns(self.base, frozenset(names) - self.without)

    def drop(self, names: Iterable[str]) -> Columns:
        """Return all columns but these."""
        return self._replace(without=self.without | frozenset(names))


class Value(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What is known of a value; two names of one object have the same one (`is`).

    It is a struct because tens of thousands are made for one notebook.

    Attributes:
        rows: whose contents it holds, row for row.
        facts: what its contents have seen of other rows.
        index: which rows are selected by it, when it holds positions, labels or a mask.
        objects: the estimators and other objects it may be, by number.
        items: what it holds, when that is known, each with its key.
        columns: the columns, when it is a table or a column of one.
        tests: the predictions it comes from, by number.
        name: the dotted name, when it is a thing of a library.
        function: the function or class of the notebook, by number.
        constant: the text or number it is.
        rest: it is the rows of another value, as labels, to be dropped or looked up.
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
        """All that its contents have seen."""
        return frozenset(s for _, s in self.facts)

    def select(self, selections: Iterable[Selection]) -> Value:
        """Return some of its rows."""
        chosen = tuple(selections)
        if not chosen or not self.rows:
            return replace(self)
        parts = dict(chosen)
        rows = (r for r in self.rows if all(parts.get(s, p) == p for s, p in r))
        return replace(self, rows=frozenset((*r, *(c for c in chosen if c not in r)) for r in rows))

    def has_seen(self, statistics: Iterable[Statistic], column: str | None = None) -> Value:
        """Return the same with more facts."""
        return replace(self, facts=self.facts | {(column, s) for s in statistics})


def mix(values: Iterable[Value]) -> Value:
    """Return what is made of values row by row: a sum, a formatted text, an unknown function."""
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
    """Return what may be any one of these values."""
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
