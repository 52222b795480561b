"""The state of the interpreter: what names stand for, what objects there are, where it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nb2prod.analysis.lineage.events import Log, Thing
from nb2prod.analysis.lineage.values import At, Selection, Value
from nb2prod.analysis.names.code_cell import CodeCell

Scope = dict[str, Value]
MAX_STEPS = 40_000
MAX_DEPTH = 5
MAX_REPEATED = 2  # loops in loops of which the body is followed twice


class TooLongError(Exception):
    """The notebook was followed for as long as is worth it."""


class Definition(NamedTuple):
    """A function or class of the notebook."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    cell: int
    scope: Scope | None  # where a lambda or inner function was made


class State:
    """Scopes, objects and places."""

    def __init__(self, imported: Mapping[str, str]) -> None:
        """Start with the names that the notebook imports."""
        self.log = Log()
        self.imported = imported
        self.scopes: list[Scope] = [{}]
        self.definitions: list[Definition] = []
        self.cell = 0
        self.codes: dict[int, CodeCell] = {}
        self.stack: tuple[int, ...] = ()
        self.loops: tuple[int, ...] = ()
        self.returned: list[Value] = []
        self._things: dict[object, int] = {}
        self._steps = 0

    def evaluate(self, node: ast.expr) -> Value:
        """Return what an expression stands for; the interpreter says how."""
        raise NotImplementedError

    def store(self, target: ast.expr, value: Value) -> None:
        """Bind a target to a value; the interpreter says how."""
        raise NotImplementedError

    def at(self, node: ast.AST) -> At:
        """Return where a node of the current cell stands."""
        return At(self.cell, self.codes[self.cell].span(node))

    def key(self, node: ast.AST) -> str:
        """Return a name for what a node makes, in these calls of functions."""
        return f"{self.cell}:{id(node)}:{self.stack}"

    def source(self, node: ast.AST, what: str = "") -> Value:
        """Return data of which nothing is known but where it comes from."""
        return Value(rows=frozenset({(Selection(f"source {what or self.key(node)}", ""),)}))

    def make(self, node: ast.AST, name: str, parts: Iterable[int] = (), which: int = 0) -> int:
        """Return the number of a new object; the same for the same place and calls."""
        key = (self.key(node), which)
        number = self._things.setdefault(key, len(self.log.things))
        if number == len(self.log.things):
            self.log.things.append(Thing(name, frozenset(parts), loops=self.loops))
        return number

    def things(self, value: Value) -> list[Thing]:
        """Return the objects that a value may be."""
        return [self.log.things[n] for n in sorted(value.objects)]

    def change(self, old: Value, new: Value) -> None:
        """Let all names of one object stand for its new state."""
        for scope in self.scopes:
            for name, value in scope.items():
                if value is old:
                    scope[name] = new
        for thing in self.log.things:
            for name, value in thing.attributes.items():
                if value is old:
                    thing.attributes[name] = new

    def lookup(self, name: str) -> Value:
        """Return what a name stands for."""
        for scope in (self.scopes[-1], self.scopes[0]):
            if name in scope:
                return scope[name]
        if target := self.imported.get(name):
            return Value(name=target)
        return Value(name=name)

    def folds(self, value: Value) -> Value:
        """Return the positions of one fold, for training and for testing."""
        split = f"folds {sorted(value.objects)}"
        self.log.folds.add(split)
        parts = (Value(index=frozenset({Selection(split, part)})) for part in ("0", "1"))
        return Value(items=tuple(enumerate(parts)))
