"""Loops over the rows of data, one after another, by their numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nb2prod.knowledge import traits

_GROWS = frozenset({"append", "extend"})


def counts(iterable: ast.expr) -> bool:
    """Return whether a loop is over a range of numbers: `range(0, 1000)`."""
    match iterable:
        case ast.Call(func=ast.Name(id="range")):
            return True
        case _:
            return False


def numbered(target: ast.expr, body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Yield the data whose rows a loop takes: `df["text"]` of `df["text"][number]`."""
    if not isinstance(target, ast.Name):
        return
    for node in (n for statement in body for n in ast.walk(statement)):
        if not isinstance(node, ast.Subscript):
            continue
        index = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        if isinstance(index, ast.Name) and index.id == target.id:
            match node.value:
                case ast.Attribute(value=owner, attr=name) if "indexers" in traits.of_method(name):
                    yield owner
                case owner:
                    yield owner


def grown(node: ast.expr) -> tuple[str, ast.expr] | None:
    """Return the list that a call adds an item to, and the item; None for other calls."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[value]):
            return (name, value) if method in _GROWS else None
        case _:
            return None
