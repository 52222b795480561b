"""Expressions in two forms: as the model is fitted, and as it serves."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# plain: depends on no data; size: the number of rows; learnt: computed from many rows at once;
# rows: has a value for each row.
Kind = Literal["plain", "size", "learnt", "rows"]


class CrossRowError(Exception):
    """A record's value depends on other records; the message says how."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, as it is when the model is fitted and when it serves.

    Attributes:
        kind: how it depends on the rows of the data.
        sources: the statements that load the data it depends on.
        fitting: the expression over all rows.
        serving: the expression over the records to predict for; it never drops rows.
    """

    kind: Kind
    sources: frozenset[int]
    fitting: ast.expr
    serving: ast.expr

    @property
    def differs(self) -> bool:
        """True if the two expressions differ."""
        return ast.dump(self.fitting) != ast.dump(self.serving)


PLAIN = frozenset[int]()


def joined(parts: Sequence[Expression]) -> tuple[Kind, frozenset[int]]:
    """Return the kind and the sources of an expression that is made of others."""
    kinds = {p.kind for p in parts}
    rows = frozenset[int]().union(*(p.sources for p in parts if p.kind == "rows"))
    if rows or "rows" in kinds:
        return "rows", rows
    sources = frozenset[int]().union(*(p.sources for p in parts))
    kind: Kind = "learnt" if "learnt" in kinds else "size" if "size" in kinds else "plain"
    return kind, sources


def remembered(name: str, value: ast.expr) -> ast.Call:
    """Return `learnt("name", lambda: value)`."""
    return learnt("", [ast.Constant(name), _later(value)])


def _later(node: ast.expr) -> ast.Lambda:
    nothing = ast.arguments([], [], None, [], [], None, [])
    return ast.Lambda(nothing, node)


def learnt(
    method: str, arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword] = ()
) -> ast.Call:
    """Return `learnt.method(arguments)`, or `learnt(arguments)` without a method."""
    owner: ast.expr = ast.Name("learnt", ast.Load())
    func = ast.Attribute(owner, method, ast.Load()) if method else owner
    return ast.Call(func, list(arguments), list(keywords))
