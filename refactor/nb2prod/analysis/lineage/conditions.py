"""Operators: masks that select rows, and arithmetic on rows."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from nb2prod.analysis.lineage.state import State
from nb2prod.analysis.lineage.values import Selection, Value, held, mix

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.Lt,
    ast.LtE: ast.Gt,
    ast.NotEq: ast.Eq,
    ast.NotIn: ast.In,
    ast.IsNot: ast.Is,
}


def operate(run: State, node: ast.expr) -> Value:
    """Return the value of an operator; a comparison selects rows."""
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
    """Return "compared" if predictions are compared with true values, here or in an operand."""
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
    """Return the selection of the other rows."""
    split, part = selection
    if split.startswith("value "):
        return Selection(f"not {split} {part}", "true")
    flipped = {"true": "false", "false": "true"}
    other = part.removeprefix("not ") if part.startswith("not ") else f"not {part}"
    return Selection(split, flipped.get(part, other))


def null_mask(node: ast.expr, name: str) -> frozenset[Selection]:
    """Return the selection of missing values, or of the others if the name says so."""
    part = "true" if name.startswith("is") else "false"
    return frozenset({Selection(f"mask {ast.unparse(node)} null", part)})


def drop_rows(base: Value, labels: Value) -> Value:
    """Return the rows of a table without those that the labels stand for."""
    own = {s for r in base.rows for s in r}
    new = sorted(s for s in labels.index if s not in own)
    return base.select([opposite(new[-1])]) if len(new) >= 1 else replace(base)
