"""Subscripts: selecting rows and columns, and writing into them."""

from __future__ import annotations

import ast
import re

from msgspec.structs import replace

from nb2prod.analysis.lineage.columns import column_names, columns_of, with_columns, without_columns
from nb2prod.analysis.lineage.state import State
from nb2prod.analysis.lineage.values import Selection, Value, held, join, mix
from nb2prod.knowledge import traits

_OF_ROWS = re.compile(
    r"idx|(?<![a-z])(?:index|indices|masks?|perm(?:utation)?|folds?)(?![a-z])", re.IGNORECASE
)

_INDEXERS = frozenset({"indexers", "cell_indexers"})


def load(run: State, node: ast.Subscript) -> Value:
    """Return the value of `base[index]` or `base.loc[rows, columns]`."""
    owner, accessor = _owner(node)
    base = run.evaluate(owner)
    index = node.slice
    if isinstance(index, ast.Tuple) and (accessor or base.items is None):
        rows, *others = index.elts
        taken = select(run, base, rows)
        if not others:
            return taken
        if isinstance(others[0], ast.Slice):
            full = others[0].lower is None and others[0].upper is None
            return taken if full else replace(taken, columns=None)
        place = run.evaluate(others[0])
        chosen = columns_of(taken, column_names(place), single=isinstance(place.constant, str))
        scores = (s for s in place.statistics if "scores_columns" in traits.of(s.name))
        return chosen.has_seen(scores)
    if accessor or isinstance(index, ast.Slice):
        return select(run, base, index)
    place = run.evaluate(index)
    if base.items is not None:
        return _of_container(base, place)
    if place.index:
        return base.select(place.index)
    named = column_names(place)
    if named is None:
        # An index with such a name selects rows; any other may as well hold column names.
        taken = _some(base, index, place) if _OF_ROWS.search(ast.unparse(index)) else base
        return replace(mix([taken]), columns=None, facts=base.facts)
    return columns_of(base, named, single=isinstance(place.constant, str))


def _some(base: Value, index: ast.expr, place: Value) -> Value:
    """Return the rows that an unknown index selects: some, but not known which.

    The rows that selected predictions are a test on are unknown, too.
    """
    if place.constant is not None or place.rest or place.items is not None:
        return base
    taken = base.select([Selection(f"some {ast.unparse(index)}", "in")])
    return replace(taken, tests=frozenset[int]())


def _of_container(base: Value, place: Value) -> Value:
    assert base.items is not None
    if place.constant is not None:
        for key, value in base.items:
            if key == place.constant:
                return value
        if isinstance(place.constant, int) and place.constant < 0 and base.items:
            return base.items[max(-len(base.items), place.constant)][1]
    return join([value for _, value in base.items]) if base.items else Value()


def select(run: State, base: Value, index: ast.expr) -> Value:
    """Return the rows of a value that an index selects."""
    if not isinstance(index, ast.Slice):
        place = run.evaluate(index)
        return base.select(place.index) if place.index else _some(base, index, place)
    cuts: list[Selection] = []
    for bound, part in ((index.lower, "above"), (index.upper, "below")):
        if bound is not None and not (isinstance(bound, ast.Constant) and bound.value in (0, None)):
            run.evaluate(bound)
            cuts.append(Selection(f"cut {bound_text(run, bound)}", part))
    taken = base.select(cuts)
    return replace(taken, index=base.index | frozenset(cuts))


def bound_text(run: State, bound: ast.expr) -> str:
    """Return the text of a slice's bound; variables are replaced by their constants."""
    value = run.lookup(bound.id) if isinstance(bound, ast.Name) else Value()
    return str(value.constant) if value.constant is not None else ast.unparse(bound)


def store(run: State, target: ast.Subscript, value: Value) -> None:
    """Write a value into `base[index]`."""
    owner, accessor = _owner(target)
    base = run.evaluate(owner)
    index = target.slice
    if base.items is not None and not accessor:
        key = run.evaluate(index).constant
        kept = tuple((k, v) for k, v in base.items if key is None or k != key)
        new = held((*kept, (key, value)))
    elif isinstance(index, ast.Tuple) and len(index.elts) > 1:
        rows, place = index.elts[0], index.elts[1]
        full = isinstance(rows, ast.Slice) and rows.lower is None and rows.upper is None
        named = None if isinstance(place, ast.Slice) else column_names(run.evaluate(place))
        new = with_columns(base, named, value, all_rows=full)
    else:
        named = None if isinstance(index, ast.Slice) else column_names(run.evaluate(index))
        new = with_columns(base, named, value)
    write_back(run, owner, base, new)


def write_back(run: State, owner: ast.expr, old: Value, new: Value) -> None:
    """Replace the value of an object, and of the object that it is a part of."""
    run.change(old, new)
    match owner:
        case ast.Name(id=name) if name not in run.scopes[-1] and name not in run.scopes[0]:
            run.scopes[-1][name] = new
        case ast.Subscript():
            store(run, owner, new)
        case ast.Attribute(value=table) if not old.objects:
            base = run.evaluate(table)
            if base.rows and not base.objects:
                run.store(owner, new)
        case _:
            pass


def delete(run: State, target: ast.expr) -> None:
    """Execute `del`."""
    match target:
        case ast.Name(id=name):
            run.scopes[-1].pop(name, None)
        case ast.Subscript(value=owner, slice=index):
            base = run.evaluate(owner)
            run.change(base, without_columns(base, column_names(run.evaluate(index))))
        case _:
            pass


def _owner(node: ast.Subscript) -> tuple[ast.expr, bool]:
    match node.value:
        case ast.Attribute(value=owner, attr=name) if not _INDEXERS.isdisjoint(traits.of(name)):
            return owner, True
        case owner:
            return owner, False
