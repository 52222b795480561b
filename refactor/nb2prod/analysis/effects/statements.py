"""The effects of statements: bindings, imports and control flow."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from nb2prod.analysis.effects.effects import Effects
from nb2prod.analysis.effects.functions import FunctionEvaluator
from nb2prod.analysis.effects.heap import UNKNOWN, AbstractValue, join
from nb2prod.analysis.effects.journal import History, Journal
from nb2prod.analysis.effects.state import MAX_NODES, items_of
from nb2prod.knowledge import catalog

V = TypeVar("V")


class EffectInterpreter(FunctionEvaluator):
    """Executes statements on abstract values; the class to use, see `state.py`."""

    def __init__(self) -> None:
        """Begin with empty namespaces."""
        super().__init__()
        self._history = History[AbstractValue]()
        self._names: dict[int, set[str]] = {}  # by object

    def run_statement(self, node: ast.stmt) -> Effects:
        """Execute one top-level statement, and return its effects."""
        self.effects = effects = Effects()
        self.bound, self.stored, self.called_back = Journal[bool](), set(), {}
        self.nodes = self.heap.work = 0
        self.statement = node
        before = self._history.now()
        self.globals.mark()
        try:
            self.execute(node)
        except RecursionError:
            self.nodes = MAX_NODES
            self.locals, self.stack, self.global_names = (), (), frozenset()
        if self.too_much():
            self.unknown(node, "the statement is too large to analyse")
            effects.uses |= before.keys()
            effects.changed |= self.heap.reach(n for v in before.values() for n in v.objects)
        effects.binds = self.bound.keys() & self.stored
        effects.may_bind = self.stored - effects.binds
        changes = self.globals.changes()
        self._note_names(changes, before)
        effects.mutates = self._names_of(effects.changed) - effects.binds
        effects.after = self._history.add(changes)
        return effects

    def _note_names(
        self, changes: Mapping[str, AbstractValue | None], before: Mapping[str, AbstractValue]
    ) -> None:
        """Note which names refer to which objects now."""
        for name, value in changes.items():
            for number in before.get(name, UNKNOWN).objects:
                self._names[number].discard(name)
            for number in (value or UNKNOWN).objects:
                self._names.setdefault(number, set()).add(name)

    def _names_of(self, changed: set[int]) -> set[str]:
        """Return the names whose values hold a changed object."""
        holders = self.heap.within(changed)
        return {name for n in holders for name in self._names.get(n, ())}

    def execute(self, node: ast.stmt) -> None:
        """Execute one statement."""
        if self.too_much():
            return
        handler = getattr(self, f"_do_{type(node).__name__.lower()}", None)
        if handler is not None:
            handler(node)

    def execute_all(self, nodes: Iterable[ast.stmt]) -> None:
        """Execute statements in order."""
        for node in nodes:
            self.execute(node)

    # Simple statements -----------------------------------------------------------------------

    def _do_expr(self, node: ast.Expr) -> None:
        value = self.evaluate(node.value)
        if not self.depth:
            self.effects.value = value

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.bind(target, value, node.value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.evaluate(node.value))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        """Execute `x += y`: it changes a list or array in place, and rebinds a number."""
        target = node.target
        if not isinstance(target, ast.Name):
            reading = ast.copy_location(_loading(target), target)
            self.evaluate(reading)
            self.bind(target, self.evaluate(node.value))
            return
        old = self.load(target.id)
        right = self.evaluate(node.value)
        if old.immutable:
            self.store(target.id, self.operate(node, node.op, old, right))
            return
        self.mutate(old.objects)
        self.heap.contain(old.objects, (n for n in right.objects if n not in old.objects))
        self.store(target.id, old if old.objects else UNKNOWN)

    def _do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.delete(target.id)
            elif isinstance(target, ast.Subscript | ast.Attribute):
                self.mutate(self.evaluate(target.value).objects, memory=False)

    def _do_return(self, node: ast.Return) -> None:
        self.returns.append(self.evaluate(node.value))

    def _do_raise(self, node: ast.Raise) -> None:
        self.evaluate_all([node.exc, node.cause])

    def _do_assert(self, node: ast.Assert) -> None:
        self.evaluate_all([node.test, node.msg])

    def _do_global(self, node: ast.Global) -> None:
        self.global_names |= frozenset(node.names)

    # Imports ---------------------------------------------------------------------------------

    def _do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.store(alias.asname or name, AbstractValue("module", name=catalog.canonical(name)))

    def _do_importfrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            name = catalog.canonical(f"{module}.{alias.name}")
            if alias.name != "*":
                self.store(alias.asname or alias.name, AbstractValue("library", name=name))

    # Control flow ------------------------------------------------------------------------------

    def _branches(self, bodies: Sequence[Callable[[], None]]) -> None:
        """Run each branch from the same state, and go on with the states of all of them joined."""
        # In place: functions of the notebook keep the namespaces that they were defined in.
        spaces = [self.globals, *self.locals[-1:]]
        changed: list[list[dict[str, AbstractValue | None]]] = []
        bound: list[dict[str, bool | None]] = []
        for body in bodies:
            for space in (*spaces, self.bound):
                space.mark()
            body()
            changed.append([space.undo() for space in spaces])
            bound.append(self.bound.undo())
        for space, ends in zip(spaces, zip(*changed, strict=True), strict=True):
            for name, values in _ends(space, ends):
                if known := [v for v in values if v is not None]:
                    space[name] = join(known)
                else:
                    space.discard(name)
        for name, values in _ends(self.bound, bound):
            if all(values):
                self.bound[name] = True
            else:
                self.bound.discard(name)

    def _do_if(self, node: ast.If) -> None:
        self.evaluate(node.test)
        self._branches([lambda: self.execute_all(node.body), lambda: self.execute_all(node.orelse)])

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, step: Callable[[], None], *, runs: bool
    ) -> None:
        """Run the body of a loop twice, so that the effects of one pass reach the next.

        Args:
            node: the loop.
            step: what happens before each pass.
            runs: the body certainly runs.
        """

        def body() -> None:
            for _ in range(2):
                step()
                self.execute_all(node.body)

        if runs:
            body()
        else:
            self._branches([body, lambda: None])
        self.execute_all(node.orelse)

    def _do_for(self, node: ast.For | ast.AsyncFor) -> None:
        source = self.evaluate(node.iter)

        def step() -> None:
            self.bind(node.target, items_of(self, node.target, source))

        if source.unstorable:
            self.mutate(source.objects)  # the loop consumes a generator
        leaves = any(
            isinstance(n, ast.Break | ast.Continue) for b in node.body for n in ast.walk(b)
        )
        self._loop(node, step, runs=_never_empty(node.iter) and not leaves)

    _do_asyncfor = _do_for

    def _do_while(self, node: ast.While) -> None:
        self.evaluate(node.test)
        self._loop(node, lambda: self.evaluate(node.test) and None, runs=False)

    def _do_with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.evaluate(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value)
        self.execute_all(node.body)

    _do_asyncwith = _do_with

    def _do_try(self, node: ast.Try | ast.TryStar) -> None:
        def handle(handler: ast.ExceptHandler) -> Callable[[], None]:
            def run() -> None:
                self._branches([lambda: self.execute_all(node.body), lambda: None])
                self.evaluate(handler.type)
                if handler.name:
                    self.store(handler.name, UNKNOWN)
                self.execute_all(handler.body)
                if handler.name:
                    self.globals.discard(handler.name)
                    self.stored.discard(handler.name)
                    self.bound.discard(handler.name)

            return run

        def all_well() -> None:
            self.execute_all(node.body)
            self.execute_all(node.orelse)

        self._branches([all_well, *(handle(h) for h in node.handlers)])
        self.execute_all(node.finalbody)

    _do_trystar = _do_try

    def _do_match(self, node: ast.Match) -> None:
        subject = self.evaluate(node.subject)

        def take(case: ast.match_case) -> Callable[[], None]:
            def run() -> None:
                for part in ast.walk(case.pattern):
                    name = getattr(part, "name", None) or getattr(part, "rest", None)
                    if isinstance(name, str):
                        self.store(name, replace(subject, type=None))
                self.evaluate(case.guard)
                self.execute_all(case.body)

            return run

        self._branches([*(take(case) for case in node.cases), lambda: None])


def _ends(
    start: Mapping[str, V], ends: Sequence[Mapping[str, V | None]]
) -> Iterator[tuple[str, list[V | None]]]:
    """Yield each name that a branch changed, with its values at the ends of all branches."""
    for name in dict.fromkeys(name for end in ends for name in end):
        yield name, [end[name] if name in end else start.get(name) for end in ends]


def _never_empty(node: ast.expr) -> bool:
    """Return whether a loop over an expression certainly runs."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return bool(node.elts)
    match node:
        case ast.Call(func=ast.Name("range"), args=[ast.Constant(int(stop))]):
            return stop > 0
        case ast.Call(
            func=ast.Name("range"), args=[ast.Constant(int(start)), ast.Constant(int(stop))]
        ):
            return stop > start
        case ast.Call(func=ast.Name("enumerate" | "zip"), args=parts):
            return bool(parts) and all(_never_empty(p) for p in parts)
        case _:
            return False


def _loading(node: ast.Attribute | ast.Subscript) -> ast.expr:
    """Return an attribute or subscript to be read instead of written."""
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, node.attr, ast.Load())
    return ast.Subscript(node.value, node.slice, ast.Load())
