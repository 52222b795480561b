"""The state of the effects interpreter: namespaces, heap, and the effects gathered so far.

The interpreter is one class, cut into modules by subject. Each class adds to the one before it,
and declares as `NotImplementedError` what it needs from those after it:

    state.py          EffectState            namespaces, heap, effects
    access.py         AccessEvaluator        attributes, items, binding targets
    expressions.py    ExpressionEvaluator    all other expressions
    library_calls.py  LibraryCallEvaluator   the effects of known calls: files, random states
    calls.py          CallEvaluator          calls of libraries, methods and unknown functions
    functions.py      FunctionEvaluator      the notebook's own functions and classes
    statements.py     EffectInterpreter      statements and control flow; the one to use

Notebook code is interpreted in three ways. `analysis.names` reads one cell at a time, cheaply, for
the linter. `analysis.effects` follows objects through the whole notebook, for plans and
refactorings. `analysis.lineage` follows the rows and columns of tables, for leakage rules.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.effects import Called, Effects, UnknownEffect
from nb2prod.analysis.effects.heap import (
    COPYING,
    NOTHING,
    READERS,
    UNKNOWN,
    AbstractValue,
    Heap,
    Namespace,
    join,
)
from nb2prod.analysis.effects.journal import Journal
from nb2prod.knowledge import catalog

_BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython"}
# Limits, so that no notebook can make the analysis slow.
MAX_DEPTH = 6  # nested calls of the notebook's own functions
MAX_NODES = 60_000  # syntax nodes evaluated for one statement
MAX_OBJECTS = 2_000_000  # objects visited for one statement


class EffectState:
    """The state of the notebook at one point, and the effects of the current statement so far.

    Attributes:
        heap: the objects of the notebook.
        globals: the variables of the notebook.
        locals: the namespaces of the functions being run, from the outermost to the innermost.
        global_names: the names that the current function declares `global`.
        effects: the effects of the current statement.
        bound: the globals that the statement has certainly bound so far.
        stored: the globals that it has bound on some path.
        stack: the objects of the functions being run.
        statement: the current top-level statement.
        returns: the values that the current function returns or yields.
        called_back: by function, the objects it was called back with, and its results.
        nodes: the number of nodes evaluated for the statement.
    """

    def __init__(self) -> None:
        """Begin with empty namespaces."""
        self.heap = Heap()
        self.globals = Namespace()
        self.locals: tuple[Namespace, ...] = ()
        self.global_names: frozenset[str] = frozenset()
        self.effects = Effects()
        self.bound = Journal[bool]()
        self.stored: set[str] = set()
        self.stack: tuple[int, ...] = ()
        self.statement: ast.stmt | None = None
        self.returns: list[AbstractValue] = []
        self.called_back: dict[int, list[tuple[frozenset[int], AbstractValue]]] = {}
        self.nodes = 0

    @property
    def depth(self) -> int:
        """The number of the notebook's functions being run."""
        return len(self.stack)

    def load(self, name: str) -> AbstractValue:
        """Return the value of a name, and note its use."""
        for scope in reversed(self.locals):
            if name in scope:
                return scope[name]
        known = name in self.globals
        if not known and name in _BUILTINS:
            return AbstractValue("library", name=f"builtins.{name}")
        if name not in self.bound:
            self.effects.uses.add(name)
            if self.depth:
                self.effects.late.add(name)
        return self.globals.get(name, UNKNOWN)

    def store(self, name: str, value: AbstractValue) -> None:
        """Bind a name in the current namespace."""
        if self.locals and name not in self.global_names:
            self.locals[-1][name] = value
            return
        self.globals[name] = value
        self.bound[name] = True
        self.stored.add(name)

    def delete(self, name: str) -> None:
        """Unbind a name."""
        if self.locals and name not in self.global_names:
            self.locals[-1].discard(name)
            return
        if name not in self.bound:
            self.effects.uses.add(name)
        self.globals.discard(name)
        self.bound.discard(name)
        self.effects.deletes.add(name)

    def fresh(
        self, node: ast.AST, type_: str | None, contents: Iterable[int] = ()
    ) -> AbstractValue:
        """Return a new object, made at this node in this chain of calls."""
        # A function makes another object in each statement that calls it.
        called = (self.stack, id(self.statement)) if self.stack else ()
        number = self.heap.allocate((id(node), type_, called), type_)
        self.heap.contain((number,), (n for n in contents if n != number))
        return AbstractValue(type_, frozenset((number,)))

    def mutate(self, objects: Iterable[int], *, memory: bool = True) -> None:
        """Note that objects change; with `memory`, also those that may share their memory."""
        objects = set(objects)
        self.effects.changed |= self.heap.memory(objects) if memory else objects

    def mutate_deeply(self, value: AbstractValue) -> None:
        """Note that a value and the objects in it may change, except data that it only reads.

        `fit` of a pipeline fits its steps, a parameter search fits clones. No library changes the
        frame or the lists that a model was constructed with.
        """
        if value.type in COPYING or _is_builtin(value.type):
            self.mutate(value.objects)
            return
        held = self.heap.reach(value.objects, stop=lambda o: catalog.clones(o.type))
        read = {n for n in held if self.heap[n].type in COPYING or _is_builtin(self.heap[n].type)}
        self.mutate(held - read | value.objects)

    def unknown(self, node: ast.AST, reason: str) -> None:
        """Note code whose effects are unknown."""
        if all(u.node is not node for u in self.effects.unknowns):
            self.effects.unknowns.append(UnknownEffect(node, reason))

    def called(self, name: str, receiver: str | None, role: str | None, node: ast.Call) -> None:
        """Note a call, to name and classify the statement later."""
        self.effects.calls.append(Called(name, receiver, role, node, self.depth))

    def too_much(self) -> bool:
        """Count a node; return whether the statement exceeds the limits."""
        self.nodes += 1
        return self.nodes > MAX_NODES or self.heap.work > MAX_OBJECTS

    def result(
        self,
        node: ast.AST,
        effect: catalog.Effect,
        receiver: AbstractValue | None,
        arguments: dict[str, AbstractValue],
    ) -> AbstractValue:
        """Return the possible result of a call with a known effect."""
        first = receiver or arguments.get("0")
        if effect.returns == "self" and receiver is not None:
            return receiver
        type_ = effect.returns
        if type_ is None and (effect.options or effect.seeds or _only_writes(effect, arguments)):
            return NOTHING
        if type_ == "same":
            type_ = first.type if first else None
            if type_ == "instance":
                type_ = None
        value = self.fresh(node, type_)
        if value.immutable:
            return AbstractValue(type_, metric=effect.metric)
        self._share(value, effect, receiver, arguments)
        return replace(value, metric=effect.metric, unstorable=effect.unstorable)

    def _share(
        self,
        value: AbstractValue,
        effect: catalog.Effect,
        receiver: AbstractValue | None,
        arguments: dict[str, AbstractValue],
    ) -> None:
        for who in effect.holds:
            source = receiver if who == "self" else arguments.get(who)
            if source is not None:
                self.heap.contain(value.objects, source.objects - value.objects)
        for who in effect.shares:
            source = receiver if who == "self" else arguments.get(who)
            if source is not None:
                self.heap.share(value.objects, source.objects)
                # A view of a container holds the same objects as the container.
                if source.type not in COPYING:
                    self.heap.contain(value.objects, self.heap.reach(source.objects))


def _only_writes(effect: catalog.Effect, arguments: dict[str, AbstractValue]) -> bool:
    """Return whether a call writes to a file and returns nothing; `to_csv()` returns a text."""
    if effect.role != "save" or not effect.writes:
        return False
    position, _, keyword = effect.writes.partition(":")
    return position == "self" or position in arguments or keyword in arguments


def _is_builtin(type_: str | None) -> bool:
    return type_ is not None and type_.startswith("builtins.")


def items_of(state: EffectState, node: ast.AST, value: AbstractValue) -> AbstractValue:
    """Return the possible items of a value, by iteration or subscript."""
    if value.immutable:
        return (
            AbstractValue("builtins.str")
            if value.type == "builtins.str"
            else AbstractValue("builtins.int")
        )
    if value.type in ("pandas.DataFrame", "pandas.Index"):
        return UNKNOWN
    if value.type in ("pandas.Series", "numpy.ndarray"):
        item = state.fresh(node, None)
        state.heap.share(item.objects, value.objects)
        return replace(item, metric=value.metric)
    held = {n for o in value.objects for n in state.heap[o].contents}
    if not held:
        return AbstractValue(metric=value.metric)
    if value.type in READERS:
        return state.fresh(node, None)
    types = {state.heap[n].type for n in held}
    return join([AbstractValue(types.pop() if len(types) == 1 else None, frozenset(held))])
