"""Statements: abstract execution of a notebook's cells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from nb2prod.analysis.lineage import columns, subscripts
from nb2prod.analysis.lineage.events import Log
from nb2prod.analysis.lineage.expressions import Expressions
from nb2prod.analysis.lineage.state import MAX_REPEATED, Scope, TooLongError
from nb2prod.analysis.lineage.values import Selection, Value, join, mix
from nb2prod.analysis.names.code_cell import CodeCell


class Interpreter(Expressions):
    """Executes statements; subclasses evaluate calls."""

    def run(self, cells: Iterable[tuple[int, CodeCell]]) -> Log:
        """Execute cells, in order, and return the log."""
        try:
            for number, code in cells:
                self.codes[number] = code
                self.cell = number
                self.block(code.body)
        except (TooLongError, RecursionError):
            self.log.complete = False
        return self.log

    # Statements

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Execute statements."""
        for statement in body:
            self.tick()
            self.statement(statement)

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
                    subscripts.delete(self, target)
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

    def branches(self, *bodies: Sequence[ast.stmt]) -> None:
        """Execute alternative blocks, and join the values of their names."""
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
                    self.change(base, columns.with_columns(base, [name], value))
            case ast.Subscript():
                subscripts.store(self, target, value)
            case _:
                pass

    def part(self, target: ast.expr, value: Value, number: int) -> Value:
        """Return one of the values that a value is unpacked to.

        Values that an unknown function returns together may have the same rows or not, so each
        gets a selection of its own.
        """
        if value.items is not None:
            if len(value.items) > number:
                return value.items[number][1]
            return Value()
        return mix([value.select([Selection(f"unpacked {self.key(target)}", str(number))])])
