"""Queries on the arguments of a call."""

import ast


def argument(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument; None if it is missing."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def unpacks(call: ast.Call) -> bool:
    """Return whether a call unpacks arguments: `*args`, `**options`."""
    return any(k.arg is None for k in call.keywords) or any(
        isinstance(a, ast.Starred) for a in call.args
    )


def unset(call: ast.Call, name: str) -> bool:
    """Return whether a keyword argument is missing or None."""
    value = argument(call, name)
    return value is None or (isinstance(value, ast.Constant) and value.value is None)
