"""The state in which a notebook is analysed: the scopes, the heap, the statement at hand."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.effects import Called, Effects, Unknown
from nb2prod.analysis.effects.heap import COPYING, NOTHING, READERS, Heap, Scope, Value, join
from nb2prod.knowledge import catalog

_BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython"}
# How deep calls of the notebook's own functions are followed, how many nodes a statement may cost
# and how many objects be looked at for it: a notebook must not be able to make the analysis slow.
MAX_DEPTH = 6
MAX_NODES = 60_000
MAX_OBJECTS = 2_000_000


class Machine:
    """What is known at one moment of a notebook's run, and the effects gathered so far."""

    def __init__(self) -> None:
        """Start with an empty namespace."""
        self.heap = Heap()
        self.globals: Scope = {}
        self.locals: tuple[Scope, ...] = ()
        self.global_names: frozenset[str] = frozenset()  # `global` in the function at hand
        self.effects = Effects()
        self.bound: set[str] = set()  # globals that the statement has certainly bound so far
        self.stored: set[str] = set()  # globals that it has bound on some path
        self.stack: tuple[int, ...] = ()
        self.statement: ast.stmt | None = None
        self.returns: list[Value] = []
        # What the functions gave that were called back in this statement, by what they were given.
        self.called_back: dict[int, list[tuple[frozenset[int], Value]]] = {}
        self.nodes = 0

    @property
    def depth(self) -> int:
        """How many of the notebook's functions we are in."""
        return len(self.stack)

    def load(self, name: str) -> Value:
        """Return what a name stands for, and note its use."""
        for scope in reversed(self.locals):
            if name in scope:
                return scope[name]
        known = name in self.globals
        if not known and name in _BUILTINS:
            return Value("library", name=f"builtins.{name}")
        if name not in self.bound:
            self.effects.uses.add(name)
            if self.depth:
                self.effects.late.add(name)
        return self.globals.get(name, Value())

    def store(self, name: str, value: Value) -> None:
        """Bind a name in the scope at hand."""
        if self.locals and name not in self.global_names:
            self.locals[-1][name] = value
            return
        self.globals[name] = value
        self.bound.add(name)
        self.stored.add(name)

    def delete(self, name: str) -> None:
        """Unbind a name."""
        if self.locals and name not in self.global_names:
            self.locals[-1].pop(name, None)
            return
        if name not in self.bound:
            self.effects.uses.add(name)
        self.globals.pop(name, None)
        self.bound.discard(name)
        self.effects.deletes.add(name)

    def fresh(self, node: ast.AST, type_: str | None, contents: Iterable[int] = ()) -> Value:
        """Return a new object, made at this node in this chain of calls."""
        # What a function makes is another object in each statement that calls it.
        called = (self.stack, id(self.statement)) if self.stack else ()
        number = self.heap.allocate((id(node), type_, called), type_)
        self.heap.contain((number,), (n for n in contents if n != number))
        return Value(type_, frozenset((number,)))

    def mutate(self, objects: Iterable[int], *, memory: bool = True) -> None:
        """Note that objects change; with `memory`, all that share their memory change too."""
        objects = set(objects)
        self.effects.changed |= self.heap.memory(objects) if memory else objects

    def mutate_deeply(self, value: Value) -> None:
        """Note that a value and what it holds may change, data that it only reads excepted.

        A pipeline's `fit` fits the steps it holds, a search for parameters fits clones; no library
        changes the frame or the lists that a model was made with.
        """
        if value.type in COPYING or _is_builtin(value.type):
            self.mutate(value.objects)
            return
        held = self.heap.reach(value.objects, stop=lambda o: catalog.clones(o.type))
        read = {n for n in held if self.heap[n].type in COPYING or _is_builtin(self.heap[n].type)}
        self.mutate(held - read | value.objects)

    def unknown(self, node: ast.AST, reason: str) -> None:
        """Note what could not be understood."""
        if all(u.node is not node for u in self.effects.unknowns):
            self.effects.unknowns.append(Unknown(node, reason))

    def called(self, name: str, receiver: str | None, role: str | None, node: ast.Call) -> None:
        """Note a call, for names and roles."""
        self.effects.calls.append(Called(name, receiver, role, node, self.depth))

    def too_much(self) -> bool:
        """Say whether this statement has cost more than a statement may."""
        self.nodes += 1
        return self.nodes > MAX_NODES or self.heap.work > MAX_OBJECTS

    def result(self, node: ast.AST, effect: catalog.Effect, receiver: Value | None,
               arguments: dict[str, Value]) -> Value:  # fmt: skip
        """Return what a call with a known effect gives."""
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
            return Value(type_, metric=effect.metric)
        self._share(value, effect, receiver, arguments)
        return replace(value, metric=effect.metric, unstorable=effect.unstorable)

    def _share(self, value: Value, effect: catalog.Effect, receiver: Value | None,
               arguments: dict[str, Value]) -> None:  # fmt: skip
        for who in effect.holds:
            source = receiver if who == "self" else arguments.get(who)
            if source is not None:
                self.heap.contain(value.objects, source.objects - value.objects)
        for who in effect.shares:
            source = receiver if who == "self" else arguments.get(who)
            if source is not None:
                self.heap.share(value.objects, source.objects)
                # A view of a container of objects gives those objects out again.
                if source.type not in COPYING:
                    self.heap.contain(value.objects, self.heap.reach(source.objects))


def _only_writes(effect: catalog.Effect, arguments: dict[str, Value]) -> bool:
    """Say whether a call saves something to a file; without one, `to_csv()` gives a text."""
    if effect.role != "save" or not effect.writes:
        return False
    position, _, keyword = effect.writes.partition(":")
    return position == "self" or position in arguments or keyword in arguments


def _is_builtin(type_: str | None) -> bool:
    return type_ is not None and type_.startswith("builtins.")


def items_of(machine: Machine, node: ast.AST, value: Value) -> Value:
    """Return what iterating over a value, or looking up one item of it, may give."""
    if value.immutable:
        return Value("builtins.str") if value.type == "builtins.str" else Value("builtins.int")
    if value.type in ("pandas.DataFrame", "pandas.Index"):
        return Value()
    if value.type in ("pandas.Series", "numpy.ndarray"):
        item = machine.fresh(node, None)
        machine.heap.share(item.objects, value.objects)
        return replace(item, metric=value.metric)
    held = {n for o in value.objects for n in machine.heap[o].contents}
    if not held:
        return Value(metric=value.metric)
    if value.type in READERS:
        return machine.fresh(node, None)
    types = {machine.heap[n].type for n in held}
    return join([Value(types.pop() if len(types) == 1 else None, frozenset(held))])
