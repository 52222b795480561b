"""Follow the data through the statements and expressions of a notebook."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from nb2prod.analysis.lineage import indexing
from nb2prod.analysis.lineage.events import Log
from nb2prod.analysis.lineage.state import (
    MAX_REPEATED,
    MAX_STEPS,
    Definition,
    Scope,
    State,
    TooLongError,
)
from nb2prod.analysis.lineage.values import Columns, Selection, Value, held, join, mix
from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.knowledge import traits


class Interpreter(State):
    """Executes statements on values; what calls do is left to the layer above."""

    def run(self, cells: Iterable[tuple[int, CodeCell]]) -> Log:
        """Follow cells, in order."""
        try:
            for number, code in cells:
                self.codes[number] = code
                self.cell = number
                self.block(code.body)
        except (TooLongError, RecursionError):
            self.log.complete = False
        return self.log

    def call(self, node: ast.Call) -> Value:
        """Return what a call gives."""
        raise NotImplementedError

    # Statements

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Execute statements."""
        for statement in body:
            self._tick()
            self.statement(statement)

    def _tick(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooLongError

    def statement(self, node: ast.stmt) -> None:
        """Execute one statement."""
        match node:
            case ast.Expr(value):
                self.evaluate(value)
            case ast.Assign(targets, value):
                result = self.evaluate(value)
                for target in targets:
                    self.store(target, result)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.store(target, self.evaluate(value))
            case ast.AugAssign(target=target, value=value):
                old = self.evaluate(target)
                new = self.evaluate(value)
                items = (*old.items, *new.items) if old.items and new.items else old.items
                self.store(target, replace(mix((old, new)), items=items, columns=old.columns))
            case ast.Return(value):
                self.returned.append(self.evaluate(value) if value else Value())
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.scopes[-1][node.name] = self.define(node)
            case ast.Delete(targets):
                for target in targets:
                    indexing.delete(self, target)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    value = self.evaluate(item.context_expr)
                    if item.optional_vars:
                        self.store(item.optional_vars, value)
                self.block(body)
            case _:
                self._control(node)

    def _control(self, node: ast.stmt) -> None:
        match node:
            case ast.If(test, body, orelse):
                self.evaluate(test)
                self.branches(body, orelse)
            case ast.For(target, iterable, body, orelse) | ast.AsyncFor(
                target, iterable, body, orelse
            ):
                items = self.evaluate(iterable)
                with self.loop(node):
                    for _ in range(2 if len(self.loops) <= MAX_REPEATED else 1):
                        self.store(target, self.item(items))
                        self.block(body)
                self.block(orelse)
            case ast.While(test, body, orelse):
                with self.loop(node):
                    for _ in range(2 if len(self.loops) <= MAX_REPEATED else 1):
                        self.evaluate(test)
                        self.block(body)
                self.block(orelse)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                self.block(body)
                for handler in handlers:
                    self.branches(handler.body, [])
                self.block(orelse)
                self.block(final)
            case ast.Match(subject=subject, cases=cases):
                self.evaluate(subject)
                for case in cases:
                    self.branches(case.body, [])
            case _:
                pass

    @contextmanager
    def loop(self, node: ast.AST) -> Generator[None]:
        """Note that what follows is done again and again."""
        outer, self.loops = self.loops, (*self.loops, id(node))
        try:
            yield
        finally:
            self.loops = outer

    def branches(self, *bodies: Sequence[ast.stmt]) -> None:
        """Execute bodies of which only one is executed, and join what they leave."""
        before = dict(self.scopes[-1])
        after: list[Scope] = []
        for body in bodies:
            self.scopes[-1].clear()
            self.scopes[-1].update(before)
            self.block(body)
            after.append(dict(self.scopes[-1]))
        joined = self.scopes[-1]
        joined.clear()
        for name in dict.fromkeys(name for scope in after for name in scope):
            joined[name] = join([scope[name] for scope in after if name in scope])

    def define(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    ) -> Value:
        """Return a function or class of the notebook as a value."""
        scope = self.scopes[-1] if len(self.scopes) > 1 else None
        self.definitions.append(Definition(node, self.cell, scope))
        return Value(function=len(self.definitions) - 1)

    def store(self, target: ast.expr, value: Value) -> None:
        """Bind a target of an assignment."""
        match target:
            case ast.Name(id=name):
                self.scopes[-1][name] = value
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for number, element in enumerate(elements):
                    if isinstance(element, ast.Starred):
                        self.store(element.value, mix([value]))
                    else:
                        self.store(element, self.part(target, value, number))
            case ast.Attribute(value=owner, attr=name):
                base = self.evaluate(owner)
                for thing in self.things(base):
                    thing.attributes[name] = value
                if base.rows and not base.objects:
                    self.change(base, indexing.with_columns(base, [name], value))
            case ast.Subscript():
                indexing.store(self, target, value)
            case _:
                pass

    def part(self, target: ast.expr, value: Value, number: int) -> Value:
        """Return one of the values that a value is unpacked to.

        Whether rows that a function of others returns together are the same is not known: they
        are not said to be.
        """
        if value.items is not None:
            if len(value.items) > number:
                return value.items[number][1]
            return Value()
        return mix([value.select([Selection(f"unpacked {self.key(target)}", str(number))])])

    def item(self, value: Value) -> Value:
        """Return what an iteration over a value gives."""
        if value.items is not None:
            return join([v for _, v in value.items]) if value.items else Value()
        if any("splitters" in traits.of(thing.name) for thing in self.things(value)):
            return self.folds(value)
        return mix([value])

    # Expressions

    def evaluate(self, node: ast.expr) -> Value:
        """Return what is known of an expression's value."""
        self._tick()
        # By far the most are of these kinds, and quicker found by one question each.
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Constant):
            return Value(constant=node.value)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.Subscript):
            return indexing.load(self, node)
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
                return indexing.operate(self, node)
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
        """Return an attribute: of a module, an object, or a column of a table."""
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
        if name == "frame":  # of a Bunch
            return replace(base, columns=Columns(self.key(node)))
        if "same_rows" in known:
            return replace(base)
        return indexing.columns_of(base, [name], single=True)

    def _of_object(self, base: Value, name: str) -> Value:
        things = self.things(base)
        parts = frozenset(n for t in things for n in t.parts)
        if parts and "held_models" in traits.of(name):
            return Value(objects=parts)
        learnt = [s for t in things for s in t.learnt]
        if name == "labels_":
            return Value(rows=frozenset(r for s in learnt for r in s.rows)).has_seen(learnt)
        if base.rows:  # a Bunch, or a table that an unknown class made
            return replace(indexing.columns_of(base, [name], single=True), objects=frozenset())
        return Value().has_seen(learnt)
