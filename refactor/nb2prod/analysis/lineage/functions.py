"""Calls of the notebook's own functions; arguments and statistics of all calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from nb2prod.analysis.lineage import columns
from nb2prod.analysis.lineage.interpreter import Interpreter
from nb2prod.analysis.lineage.state import MAX_DEPTH, Definition
from nb2prod.analysis.lineage.values import Kind, Selection, Statistic, Value, join, mix
from nb2prod.knowledge import traits


class Arguments(msgspec.Struct, frozen=True):
    """The arguments of a call."""

    positional: tuple[Value, ...]
    named: dict[str, Value]

    @property
    def values(self) -> tuple[Value, ...]:
        """All arguments."""
        return (*self.positional, *self.named.values())

    @property
    def first(self) -> Value:
        """The first argument, given by position or by name."""
        if self.positional:
            return self.positional[0]
        return next(iter(self.named.values())) if self.named else Value()

    def get(self, name: str, position: int) -> Value:
        """Return an argument, given by name or by position; an empty value if it is missing."""
        if name in self.named:
            return self.named[name]
        return self.positional[position] if position < len(self.positional) else Value()


class Functions(Interpreter):
    """Runs functions and methods of the notebook where they are called."""

    def arguments(self, node: ast.Call) -> Arguments:
        """Return the arguments of a call."""
        positional = tuple([self.evaluate(argument) for argument in node.args])
        named = {k.arg or f"**{i}": self.evaluate(k.value) for i, k in enumerate(node.keywords)}
        return Arguments(positional, named)

    def rooted(self, value: Value, node: ast.expr) -> Value:
        """Return a value with rows; if its rows are unknown, this expression is their source."""
        if value.rows or value.index or value.constant is not None:
            return value
        text = ast.unparse(node)
        root = self.source(node, text if isinstance(node, ast.Name) else "")
        new = replace(value, rows=root.rows)
        if isinstance(node, ast.Name):
            self.change(value, new)
        return new

    def may_load(self, name: str) -> bool:
        """Return whether an unknown function may be a source of rows."""
        known = traits.of_function(name) if "." in name else traits.of_method(name)
        return bool(name) and "loads_nothing" not in known

    # Statistics

    def statistic(self, node: ast.AST, name: str, data: Iterable[Value], kind: Kind = "statistic"
                  ) -> frozenset[Statistic]:  # fmt: skip
        """Return the statistic that a call computes; empty if its arguments have no rows."""
        rows = frozenset(r for v in data for r in v.rows)
        if not rows:
            return frozenset()
        return frozenset({Statistic(self.at(node), kind, name, rows)})

    def across(self, node: ast.AST, base: Value, name: str) -> Value:
        """Return the same rows, each of which now depends on the others."""
        return replace(base, index=frozenset[Selection]()).has_seen(
            self.statistic(node, name, [base])
        )

    def aggregate(self, node: ast.Call, name: str, base: Value, given: Arguments) -> Value:
        """Return the value that many rows are aggregated to."""
        axis = given.named.get("axis")
        if axis is None and name in ("mean", "sum", "std", "max", "min", "median"):
            axis = given.positional[-1] if given.positional else None
        if axis is not None and axis.constant in (1, "columns", -1):
            return mix([base])
        if base.tests and base.name == "compared":
            self.mark_scored(node, base)
        if base.tests:
            return Value(tests=base.tests)
        if given.named.get("skipna") is None and not base.rows:
            return mix([base])
        inherited = Value(facts=frozenset((None, s) for s in base.statistics))
        return inherited.has_seen(self.statistic(node, name, [base]))

    def mark_scored(self, node: ast.AST, value: Value) -> None:
        """Record that a score is computed from predictions."""
        for number in value.tests:
            test = self.log.tests[number]
            if test.scored is None:
                test.scored = self.at(node)

    # Functions

    def run_function(self, node: ast.AST, number: int, given: Arguments,
                     receiver: Value | None = None) -> Value:  # fmt: skip
        """Return the result of a function of the notebook for these arguments."""
        definition = self.definitions[number]
        function = definition.node
        if isinstance(function, ast.ClassDef):
            return self.new_instance(node, number, given)
        if id(function) in self.stack or len(self.stack) >= 2 * MAX_DEPTH:
            return mix(given.values)
        scope = {**(definition.scope or {}), **_bound(self, function.args, given, receiver)}
        saved = self.cell, self.stack, self.returned
        self.stack = (*self.stack, id(node), id(function))
        self.cell, self.returned = definition.cell, []
        self.scopes.append(scope)
        try:
            if isinstance(function, ast.Lambda):
                return self.evaluate(function.body)
            self.block(function.body)
            return join(self.returned)
        finally:
            self.scopes.pop()
            self.cell, self.stack, self.returned = saved

    def new_instance(self, node: ast.AST, number: int, given: Arguments) -> Value:
        """Return a new instance of a class of the notebook."""
        definition = self.definitions[number]
        assert isinstance(definition.node, ast.ClassDef)
        which = self.make(node, definition.node.name)
        thing = self.log.things[which]
        thing.definition = number
        thing.parts |= frozenset(n for v in given.values for n in v.objects)
        value = replace(mix(given.values), objects=frozenset({which}))
        self.own_method(node, value, "__init__", given)
        return value

    def own_method(self, node: ast.AST, base: Value, name: str, given: Arguments) -> Value | None:
        """Return the result of a method that the notebook defines; None if a library does."""
        for thing in self.things(base):
            if thing.definition is None:
                continue
            definition = self.definitions[thing.definition]
            for statement in (
                definition.node.body if isinstance(definition.node, ast.ClassDef) else ()
            ):
                if isinstance(statement, ast.FunctionDef) and statement.name == name:
                    method = self._method_number(statement, definition.cell)
                    return self.run_function(node, method, given, base)
        return None

    def _method_number(self, node: ast.FunctionDef, cell: int) -> int:
        for number, definition in enumerate(self.definitions):
            if definition.node is node:
                return number

        self.definitions.append(Definition(node, cell, None))
        return len(self.definitions) - 1

    def map_function(self, node: ast.Call, base: Value, name: str, given: Arguments) -> Value:
        """Return the result of `apply`: the rows, and the statistics that the function uses."""
        rows = replace(base, index=frozenset[Selection](), tests=base.tests)
        function = given.first.function
        if function is None:
            short = given.first.name.rpartition(".")[2]
            if given.first.name and "across" in traits.of_functions(short):
                return self.across(node, rows, short)
            return replace(mix([rows, *given.values]), rows=base.rows, facts=rows.facts
                           | mix(given.values).facts)  # fmt: skip
        by_row = name != "apply" or given.get("axis", 1).constant in (1, "columns")
        item = Value() if by_row and name != "pipe" else replace(base)
        result = self.run_function(node, function, Arguments((item,), {}))
        if name == "pipe":
            return result
        return replace(columns.columns_of(rows, None), facts=rows.facts).has_seen(result.statistics)


def _bound(run: Interpreter, parameters: ast.arguments, given: Arguments,
           receiver: Value | None) -> dict[str, Value]:  # fmt: skip
    names_ = [a.arg for a in (*parameters.posonlyargs, *parameters.args)]
    scope: dict[str, Value] = {}
    defaults = [*parameters.defaults]
    for name, default in zip(reversed(names_), reversed(defaults), strict=False):
        scope[name] = run.evaluate(default)
    for argument, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        scope[argument.arg] = run.evaluate(default) if default else Value()
    values = (receiver, *given.positional) if receiver is not None else given.positional
    scope.update(zip(names_, values, strict=False))
    scope.update(given.named)
    for name in names_:
        scope.setdefault(name, Value())
    return scope
