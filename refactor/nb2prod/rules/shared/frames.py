"""Pieces of code on pandas frames, for the rules on them."""

import ast

# Methods of frames and series that have `inplace`.
INPLACE = frozenset(
    [
        "drop",
        "dropna",
        "drop_duplicates",
        "fillna",
        "replace",
        "rename",
        "rename_axis",
        "reset_index",
        "set_index",
        "sort_values",
        "sort_index",
        "interpolate",
        "ffill",
        "bfill",
        "clip",
        "mask",
        "where",
        "query",
        "eval",
        "set_axis",
        "add_categories",
        "remove_categories",
        "pad",
        "backfill",
    ]
)


def given_inplace(call: ast.Call) -> ast.keyword | None:
    """Return the `inplace=True` of a call."""
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg == "inplace" and isinstance(value, ast.Constant) and value.value is True:
            return keyword
    return None


def is_condition(node: ast.expr) -> bool:
    """Say whether an index can only be a mask: `a > 1`, `(a > 1) & ~b`, `a.isna()`."""
    match node:
        case ast.Compare(ops=[op]):
            return not isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot)
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr(), right):
            return is_condition(left) or is_condition(right)
        case ast.UnaryOp(ast.Invert(), operand):
            return is_condition(operand) or isinstance(operand, ast.Name)
        case ast.Call(ast.Attribute(attr=name)):
            return name in {"isna", "isnull", "notna", "notnull", "isin", "between", "duplicated"}
        case _:
            return False


def is_text(node: ast.expr) -> bool:
    """Say whether an index is the name of one column, written out."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
