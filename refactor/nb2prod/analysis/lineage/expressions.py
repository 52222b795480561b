"""Expressions: the rows and statistics that their values hold."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from nb2prod.analysis.lineage import columns, conditions, subscripts
from nb2prod.analysis.lineage.state import Definition, State
from nb2prod.analysis.lineage.values import Columns, Value, held, join, mix
from nb2prod.knowledge import traits


class Expressions(State):
    """Evaluates expressions; subclasses evaluate calls."""

    def call(self, node: ast.Call) -> Value:
        """Return the value of a call."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr) -> Value:
        """Return the value of an expression, as far as it is known."""
        self.tick()
        # Nearly all expressions are of these kinds, and `isinstance` is faster than `match`.
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Constant):
            return Value(constant=node.value)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.Subscript):
            return subscripts.load(self, node)
        return self._rare(node)

    def _rare(self, node: ast.expr) -> Value:
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return self._display(list(enumerate(elements)))
            case ast.Dict(keys=keys, values=values):
                return self._display(
                    (k.value if isinstance(k, ast.Constant) else i, v)
                    for i, (k, v) in enumerate(zip(keys, values, strict=True))
                )
            case ast.BinOp() | ast.Compare() | ast.UnaryOp() | ast.BoolOp():
                return conditions.operate(self, node)
            case ast.IfExp(test, body, orelse):
                asked = self.evaluate(test).statistics
                result = join([self.evaluate(body), self.evaluate(orelse)])
                return result.has_seen(asked) if asked else result
            case ast.NamedExpr(target, value):
                result = self.evaluate(value)
                self.store(target, result)
                return result
            case ast.Lambda():
                return self.define(node)
            case ast.Starred(value) | ast.Await(value):
                return self.evaluate(value)
            case ast.Yield(value) | ast.YieldFrom(value):
                self.returned.append(self.evaluate(value) if value else Value())
                return Value()
            case (
                ast.ListComp(elt, generators)
                | ast.SetComp(elt, generators)
                | ast.GeneratorExp(elt, generators)
            ):
                return self._comprehension(node, generators, elt)
            case ast.DictComp(value=value, generators=generators):
                return self._comprehension(node, generators, value)
            case _:
                return Value()

    def _display(self, elements: Iterable[tuple[object, ast.expr]]) -> Value:
        items = tuple((key, self.evaluate(element)) for key, element in elements)
        return held(items)

    def _comprehension(
        self, node: ast.expr, generators: Sequence[ast.comprehension], result: ast.expr
    ) -> Value:
        saved = dict(self.scopes[-1])
        with self.loop(node):
            for generator in generators:
                self.store(generator.target, self.item(self.evaluate(generator.iter)))
                for condition in generator.ifs:
                    self.evaluate(condition)
            value = self.evaluate(result)
        for generator in generators:
            for name in ast.walk(generator.target):
                if isinstance(name, ast.Name):
                    self.scopes[-1].pop(name.id, None)
                    if name.id in saved:
                        self.scopes[-1][name.id] = saved[name.id]
        return held(((0, value),))

    def attribute(self, node: ast.Attribute) -> Value:
        """Return an attribute of a module or an object, or a column of a table."""
        base = self.evaluate(node.value)
        name = node.attr
        if base.name and not base.rows and not base.objects:
            return Value(name=f"{base.name}.{name}")
        found = [t.attributes[name] for t in self.things(base) if name in t.attributes]
        if found:
            return join(found)
        if base.objects:
            return self._of_object(base, name)
        known = traits.of(name)
        if "inspects" in known:
            return Value()
        if name == "index":
            return replace(base, rest=True, index=frozenset(s for r in base.rows for s in r[1:]))
        if name == "frame":  # of scikit-learn's Bunch
            return replace(base, columns=Columns(self.key(node)))
        if "same_rows" in known:
            return replace(base)
        return columns.columns_of(base, [name], single=True)

    def _of_object(self, base: Value, name: str) -> Value:
        things = self.things(base)
        parts = frozenset(n for t in things for n in t.parts)
        if parts and "held_models" in traits.of(name):
            return Value(objects=parts)
        learnt = [s for t in things for s in t.learnt]
        if name == "labels_":
            return Value(rows=frozenset(r for s in learnt for r in s.rows)).has_seen(learnt)
        if base.rows:  # a Bunch, or a table made by an unknown class
            return replace(columns.columns_of(base, [name], single=True), objects=frozenset())
        return Value().has_seen(learnt)

    # Parts of values

    def item(self, value: Value) -> Value:
        """Return the item that an iteration over a value yields."""
        if value.items is not None:
            return join([v for _, v in value.items]) if value.items else Value()
        if any("splitters" in traits.of(thing.name) for thing in self.things(value)):
            return self.folds(value)
        return mix([value])

    def define(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    ) -> Value:
        """Return a function or class of the notebook as a value."""
        scope = self.scopes[-1] if len(self.scopes) > 1 else None
        self.definitions.append(Definition(node, self.cell, scope))
        return Value(function=len(self.definitions) - 1)
