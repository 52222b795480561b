"""Queries on code that uses pandas DataFrames."""

import ast

from nb2prod.knowledge import traits


def takes_inplace(method: str) -> bool:
    """Return whether DataFrames or Series have a method of this name that takes `inplace`."""
    return "inplace" in traits.of_method(method)


def inplace_argument(call: ast.Call) -> ast.keyword | None:
    """Return the argument `inplace=True` of a call; None if it has none."""
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg == "inplace" and isinstance(value, ast.Constant) and value.value is True:
            return keyword
    return None


def is_mask(node: ast.expr) -> bool:
    """Return whether an index can only be a mask: `a > 1`, `(a > 1) & ~b`, `a.isna()`."""
    match node:
        case ast.Compare(ops=[op]):
            return not isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot)
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr(), right):
            return is_mask(left) or is_mask(right)
        case ast.UnaryOp(ast.Invert(), operand):
            return is_mask(operand) or isinstance(operand, ast.Name)
        case ast.Call(ast.Attribute(attr=name)):
            return "masks" in traits.of_method(name)
        case _:
            return False


def is_column_name(node: ast.expr) -> bool:
    """Return whether an index is the literal name of one column."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
