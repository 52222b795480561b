"""Reading expressions other than calls: which parts are row by row, which are learnt."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast

from nb2prod.capabilities.api.slice.expression import PLAIN, Expression, Kind, joined, remembered
from nb2prod.knowledge import traits


class ExpressionReader:
    """Reads expressions in their two forms; subclasses read calls.

    Attributes:
        kinds: variable -> the kind of its value, and its sources.
        records: the statement that loads the records to predict for.
        fitted: the estimators that are fitted within an expression.
    """

    def __init__(
        self,
        imported: Mapping[str, str],
        name: Callable[[ast.expr], str],
        trainers: Collection[str],
    ) -> None:
        """Start with no variables.

        Args:
            imported: Imported name -> dotted name.
            name: Returns a name for a learnt value.
            trainers: The notebook's functions that return fitted objects.
        """
        self.kinds: dict[str, tuple[Kind, frozenset[int]]] = {}
        self.records: frozenset[int] = PLAIN
        self.fitted: set[str] = set()
        self.imported = imported
        self.name = name
        self.trainers = trainers

    def read(self, node: ast.expr) -> Expression:
        """Return the two forms of an expression.

        Raises:
            CrossRowError: Its value for a row depends on other rows.
        """
        match node:
            case ast.Name(id=name):
                kind, sources = self.kinds.get(name, ("plain", PLAIN))
                return Expression(kind, sources, node, node)
            case ast.Call():
                return self.call(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case ast.Lambda() | ast.Constant():
                return Expression("plain", PLAIN, node, node)
            case _:
                return self._combined(node)

    def call(self, node: ast.Call) -> Expression:
        """Return the two forms of a call.

        Raises:
            CrossRowError: Its value for a row depends on other rows.
        """
        raise NotImplementedError

    def frozen(self, part: Expression) -> Expression:
        """Return an expression; a learnt value is remembered instead of computed again."""
        if part.kind != "learnt":
            return part
        call = remembered(self.name(part.fitting), part.fitting)
        return Expression("plain", PLAIN, call, call)

    # Kinds of expressions

    def _combined(self, node: ast.expr) -> Expression:
        """Return the two forms of an operation on other expressions."""
        parts: dict[str, Expression | list[Expression]] = {}
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                parts[field] = self.read(value)
            elif isinstance(value, list):
                every = cast("list[object]", value)
                items = [v for v in every if isinstance(v, ast.expr)]
                if items and len(items) == len(every):
                    parts[field] = [self.read(v) for v in items]
        flat = [p for part in parts.values() for p in (part if isinstance(part, list) else [part])]
        kind, sources = joined(flat)
        return self.rebuilt(node, kind, sources, parts)

    def rebuilt(
        self,
        node: ast.expr,
        kind: Kind,
        sources: frozenset[int],
        parts: Mapping[str, Expression | Sequence[Expression]],
    ) -> Expression:
        """Return a node with new children, by the names of their fields."""
        fitting, serving = copy.copy(node), copy.copy(node)
        for field, part in parts.items():
            if isinstance(part, Expression):
                done = self.frozen(part) if kind == "rows" else part
                setattr(fitting, field, done.fitting)
                setattr(serving, field, done.serving)
            else:
                items = [self.frozen(p) if kind == "rows" else p for p in part]
                setattr(fitting, field, [p.fitting for p in items])
                setattr(serving, field, [p.serving for p in items])
        return Expression(kind, sources, fitting, serving)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Expression:
        first = self.read(node.generators[0].iter)
        inside = [
            self.kinds[n.id][0]
            for n in ast.walk(node)
            if isinstance(n, ast.Name) and n.id in self.kinds
        ]
        kind = first.kind
        if kind != "rows" and ("rows" in inside or "learnt" in inside):
            kind = "learnt"
        return Expression(kind, first.sources, node, node)

    def _attribute(self, node: ast.Attribute) -> Expression:
        base = self.read(node.value)
        part = self.rebuilt(node, base.kind, base.sources, {"value": base})
        known = traits.of_method(node.attr)
        if base.kind == "rows" and "column_facts" in known:
            return replace(part, kind="learnt", serving=part.fitting)
        if base.kind == "rows" and "row_counts" in known:
            return replace(part, kind="size")
        return part

    def _subscript(self, node: ast.Subscript) -> Expression:
        base = self.read(node.value)
        if base.kind != "rows":
            return self._combined(node)
        index = self._index(node.slice)
        rows, whole = index
        fitting = ast.Subscript(base.fitting, rows.fitting, node.ctx)
        if whole is None:  # it selects rows only
            owner = base.serving
            if isinstance(owner, ast.Attribute) and "indexers" in traits.of_method(owner.attr):
                owner = owner.value
            return Expression("rows", base.sources, fitting, owner)
        serving = ast.Subscript(base.serving, whole, node.ctx)
        return Expression("rows", base.sources, fitting, serving)

    def _index(self, node: ast.expr) -> tuple[Expression, ast.expr | None]:
        """Return an index, and the index of the same columns of all rows; None if it has none."""
        if isinstance(node, ast.Tuple) and node.elts:
            first, *others = node.elts
            rows, whole = self._index(first)
            rest = [self.frozen(self.read(o)) for o in others]
            fitting = ast.Tuple([rows.fitting, *(o.fitting for o in rest)], ast.Load())
            kept = ast.Slice() if whole is None else whole
            serving = ast.Tuple([kept, *(o.serving for o in rest)], ast.Load())
            return Expression("plain", PLAIN, fitting, serving), serving
        if isinstance(node, ast.Slice):
            bounds = [b for b in (node.lower, node.upper) if b is not None]
            return Expression("plain", PLAIN, node, node), None if bounds else node
        index = self.frozen(self.read(node))
        return index, None if index.kind == "rows" else index.serving
