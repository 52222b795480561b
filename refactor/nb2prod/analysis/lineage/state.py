"""The state of the interpreter: scopes, objects, the current place.

The interpreter is a chain of classes, each in a module of its own: `State`, `Expressions`,
`Interpreter` (statements), `Functions`, `Estimators`, and `Lineage` (calls). A class leaves to its
subclasses the methods that raise NotImplementedError.
"""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from nb2prod.analysis.lineage.events import Log, Thing
from nb2prod.analysis.lineage.values import At, Selection, Value
from nb2prod.analysis.names.code_cell import CodeCell

Scope = dict[str, Value]
MAX_STEPS = 40_000
MAX_DEPTH = 5
MAX_REPEATED = 2  # the depth of nested loops whose bodies are executed twice


class TooLongError(Exception):
    """The notebook takes more steps than the analysis may."""


class Definition(NamedTuple):
    """A function or class that the notebook defines."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    cell: int
    scope: Scope | None  # the scope around a lambda or inner function


class State:
    """Keeps scopes and objects."""

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
        """Return the value of an expression."""
        raise NotImplementedError

    def store(self, target: ast.expr, value: Value) -> None:
        """Bind a target to a value."""
        raise NotImplementedError

    def tick(self) -> None:
        """Count a step.

        Raises:
            TooLongError: There were too many.
        """
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooLongError

    @contextmanager
    def loop(self, node: ast.AST) -> Generator[None]:
        """Mark the statements within as repeated by a loop."""
        outer, self.loops = self.loops, (*self.loops, id(node))
        try:
            yield
        finally:
            self.loops = outer

    def at(self, node: ast.AST) -> At:
        """Return the place of a node of the current cell."""
        return At(self.cell, self.codes[self.cell].span(node))

    def key(self, node: ast.AST) -> str:
        """Return a key for the object that a node makes within the current calls."""
        return f"{self.cell}:{id(node)}:{self.stack}"

    def source(self, node: ast.AST, what: str = "") -> Value:
        """Return a value whose rows have a new source."""
        return Value(rows=frozenset({(Selection(f"source {what or self.key(node)}", ""),)}))

    def make(self, node: ast.AST, name: str, parts: Iterable[int] = (), which: int = 0) -> int:
        """Return the number of an object; the same node within the same calls makes one object."""
        key = (self.key(node), which)
        number = self._things.setdefault(key, len(self.log.things))
        if number == len(self.log.things):
            self.log.things.append(Thing(name, frozenset(parts), loops=self.loops))
        return number

    def things(self, value: Value) -> list[Thing]:
        """Return the objects that a value may be."""
        return [self.log.things[n] for n in sorted(value.objects)]

    def change(self, old: Value, new: Value) -> None:
        """Replace a value in all scopes and attributes: its object has changed."""
        for scope in self.scopes:
            for name, value in scope.items():
                if value is old:
                    scope[name] = new
        for thing in self.log.things:
            for name, value in thing.attributes.items():
                if value is old:
                    thing.attributes[name] = new

    def lookup(self, name: str) -> Value:
        """Return the value of a name; an unknown name stands for itself."""
        for scope in (self.scopes[-1], self.scopes[0]):
            if name in scope:
                return scope[name]
        if target := self.imported.get(name):
            return Value(name=target)
        return Value(name=name)

    def folds(self, value: Value) -> Value:
        """Return the positions of the training rows and of the test rows of one fold."""
        split = f"folds {sorted(value.objects)}"
        self.log.folds.add(split)
        parts = (Value(index=frozenset({Selection(split, part)})) for part in ("0", "1"))
        return Value(items=tuple(enumerate(parts)))
