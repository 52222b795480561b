"""Rows and columns that are taken out of data and put into it."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from msgspec.structs import replace

from nb2prod.analysis.lineage.state import State
from nb2prod.analysis.lineage.values import Columns, Selection, Value, held, join, mix
from nb2prod.knowledge import traits

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.Lt,
    ast.LtE: ast.Gt,
    ast.NotEq: ast.Eq,
    ast.NotIn: ast.In,
    ast.IsNot: ast.Is,
}
_OF_ROWS = re.compile(
    r"idx|(?<![a-z])(?:index|indices|masks?|perm(?:utation)?|folds?)(?![a-z])", re.IGNORECASE
)

_INDEXERS = frozenset({"indexers", "cell_indexers"})


# Columns


def column_names(value: Value) -> list[str] | None:
    """Return the names of columns that a value is or holds; None if they are not known."""
    if isinstance(value.constant, str):
        return [value.constant]
    if value.items is None or not value.items:
        return None
    texts = [v.constant for _, v in value.items]
    return (
        [t for t in texts if isinstance(t, str)] if all(isinstance(t, str) for t in texts) else None
    )


def columns_of(base: Value, taken: Sequence[str] | None, *, single: bool = False) -> Value:
    """Return some columns of a table; a single one is a series."""
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
    """Return a table without some columns."""
    if dropped is None:
        return replace(base, columns=None)
    facts = frozenset((c, s) for c, s in base.facts if c not in dropped)
    return replace(base, facts=facts, columns=base.columns and base.columns.drop(dropped))


def renamed(base: Value, names_: Value | None) -> Value:
    """Return a table of which columns have other names."""
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
    """Return a table into which a value was written."""
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


# Reading and writing by subscript


def load(run: State, node: ast.Subscript) -> Value:
    """Return `base[index]`, `base.loc[rows, columns]`."""
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
        # What is called so picks rows; anything else may as well name columns.
        taken = _some(base, index, place) if _OF_ROWS.search(ast.unparse(index)) else base
        return replace(mix([taken]), columns=None, facts=base.facts)
    return columns_of(base, named, single=isinstance(place.constant, str))


def _some(base: Value, index: ast.expr, place: Value) -> Value:
    """Return what an index selects of which nothing is known: some rows, nobody knows which.

    Of predictions that are chosen so, nobody knows what they are a test on.
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
    """Return a bound of a slice in one way of writing it."""
    value = run.lookup(bound.id) if isinstance(bound, ast.Name) else Value()
    return str(value.constant) if value.constant is not None else ast.unparse(bound)


def store(run: State, target: ast.Subscript, value: Value) -> None:
    """Write into `base[index]`."""
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
    """Let an object, wherever it stands, be changed to a new state."""
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


# Conditions and arithmetic


def operate(run: State, node: ast.expr) -> Value:
    """Return what an operator gives; a comparison selects rows."""
    match node:
        case ast.UnaryOp(ast.Invert() | ast.USub() | ast.Not(), operand):
            value = run.evaluate(operand)
            if isinstance(value.constant, int | float) and isinstance(node.op, ast.USub):
                return Value(constant=-value.constant)
            return replace(value, index=frozenset(opposite(s) for s in value.index))
        case ast.Compare(left, [op], [right]):
            a, b = run.evaluate(left), run.evaluate(right)
            return replace(mix((a, b)), index=_condition(left, op, right, b), name=_compared(a, b))
        case ast.BinOp(left, ast.BitAnd(), right):
            a, b = run.evaluate(left), run.evaluate(right)
            return replace(mix((a, b)), index=a.index | b.index)
        case ast.BinOp(left, ast.BitOr(), right):
            a, b = run.evaluate(left), run.evaluate(right)
            index = {Selection(f"mask {ast.unparse(node)}", "true")} if a.index or b.index else ()
            return replace(mix((a, b)), index=frozenset(index))
        case ast.BinOp(left, op, right):
            a, b = run.evaluate(left), run.evaluate(right)
            if isinstance(op, ast.Add) and a.items is not None and b.items is not None:
                return held((*a.items, *b.items))
            return replace(mix((a, b)), name=_compared(a, b))
        case _:
            parts = (run.evaluate(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr))
            return mix(parts)


def _compared(a: Value, b: Value) -> str:
    """Say whether predictions are compared with what is true, or that is what is worked with."""
    if "compared" in (a.name, b.name):
        return "compared"
    return "compared" if bool(a.tests) != bool(b.tests) and a.rows and b.rows else ""


def _condition(
    left: ast.expr, op: ast.cmpop, right: ast.expr, value: Value
) -> frozenset[Selection]:
    kind = type(op)
    part = "false" if kind in _OPPOSITE else "true"
    name = _OPPOSITE.get(kind, kind).__name__
    where = ast.unparse(left)
    found = {Selection(f"mask {where} {name} {ast.unparse(right)}", part)}
    if kind is ast.Eq and value.constant is not None:
        found.add(Selection(f"value {where}", repr(value.constant)))
    return frozenset(found)


def opposite(selection: Selection) -> Selection:
    """Return the selection of all other rows."""
    split, part = selection
    if split.startswith("value "):
        return Selection(f"not {split} {part}", "true")
    flipped = {"true": "false", "false": "true"}
    other = part.removeprefix("not ") if part.startswith("not ") else f"not {part}"
    return Selection(split, flipped.get(part, other))


def null_mask(node: ast.expr, name: str) -> frozenset[Selection]:
    """Return the rows that `isnull` or `notnull` select."""
    part = "true" if name.startswith("is") else "false"
    return frozenset({Selection(f"mask {ast.unparse(node)} null", part)})


def drop_rows(base: Value, labels: Value) -> Value:
    """Return the rows of a table that are not in another part of it."""
    own = {s for r in base.rows for s in r}
    new = sorted(s for s in labels.index if s not in own)
    return base.select([opposite(new[-1])]) if len(new) >= 1 else replace(base)
