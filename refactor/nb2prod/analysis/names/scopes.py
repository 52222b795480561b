"""What a cell does to names, as it is found while its syntax tree is walked over.

In a function, names are collected and looked up at its end: what it does not bind itself it reads
from the notebook, when it is called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

import msgspec

from nb2prod.analysis.names.summary import Bind, BindKind, Change, Mutation, Use

_RUNS_CODE = frozenset({"exec", "execfile"})
Placed = ast.expr | ast.stmt | ast.alias | ast.pattern  # a node that stands somewhere


class Scope(msgspec.Struct):
    """A function, lambda, class or comprehension; what it reads and binds itself."""

    late: bool
    reads: list[tuple[ast.Name, bool]] = msgspec.field(default_factory=list[tuple[ast.Name, bool]])
    binds: set[str] = msgspec.field(default_factory=set[str])
    outer: set[str] = msgspec.field(default_factory=set[str])  # declared global or nonlocal
    is_class: bool = False
    comprehension: bool = False


class Names:
    """The names of one cell: which it binds, reads, deletes, and whose objects it changes."""

    def __init__(self, offset: Callable[[int, int], int]) -> None:
        """Start empty; `offset` turns a line and a byte column into an offset."""
        self._offset = offset
        self.binds: list[Bind] = []
        self.needs: dict[str, Use] = {}
        self.late: dict[str, Use] = {}
        self.reads: set[str] = set()
        self.deletes: set[str] = set()
        self.mutations: list[Mutation] = []
        self.opaque = False
        self._bound: set[str] = set()  # what may be bound by now
        self._scopes: list[Scope] = []
        self._conditions = 0
        self._guards = 0

    def span(self, node: Placed) -> tuple[int, int]:
        """Return where a node starts and ends, as offsets."""
        start = self._offset(node.lineno, node.col_offset)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return start, self._offset(node.end_lineno, node.end_col_offset)

    def read(self, node: ast.Name, *, late: bool) -> None:
        """Note that a name is read; `late` if only when a function is called."""
        name = node.id
        if self._scopes:
            self._scopes[-1].reads.append((node, late))
            return
        self.reads.add(name)
        if name in _RUNS_CODE:
            self.opaque = True
        if late:
            if name not in self.late:
                self.late[name] = Use(name, *self.span(node))
        elif name not in self._bound and name not in self.needs:
            self.needs[name] = Use(name, *self.span(node), self._guards > 0)

    def bind(
        self,
        name: str,
        node: Placed,
        kind: BindKind,
        *,
        reads_itself: bool = False,
    ) -> None:
        """Note that a name is bound; `reads_itself` where its new value is made of its old one."""
        if self._scopes:
            scope = self._scopes[-1]
            if name not in scope.outer:
                scope.binds.add(name)
                return
        certain = not self._conditions and not self._scopes
        start, end = self.span(node)
        if kind in {"function", "class"}:
            end = start
        self.binds.append(Bind(name, start, end, kind, certain, reads_itself))
        if not self._scopes:
            self._bound.add(name)

    def delete(self, node: ast.Name) -> None:
        """Note that a name is deleted."""
        if self._scopes:
            self._scopes[-1].binds.add(node.id)
            return
        self.read(node, late=False)
        self.deletes.add(node.id)
        self._bound.discard(node.id)

    def mutate(self, node: ast.AST, how: Change) -> None:
        """Note that the object at the root of `a.b[c]` changes, if it is one of the notebook's."""
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if isinstance(node, ast.Name) and not self._scopes:
            self.mutations.append(Mutation(node.id, *self.span(node), how))

    def enter(self, scope: Scope) -> None:
        """Begin a scope: names are its own from now on."""
        self._scopes.append(scope)

    def leave(self) -> None:
        """End a scope: what it reads and does not bind is read from around it."""
        scope = self._scopes.pop()
        # A method does not see the names of its class.
        classes: list[Scope] = []
        while scope.late and self._scopes and self._scopes[-1].is_class:
            classes.append(self._scopes.pop())
        for node, late in scope.reads:
            if node.id not in scope.binds or node.id in scope.outer:
                self.read(node, late=late or scope.late)
        self._scopes.extend(reversed(classes))
