"""Name collector: which names a cell binds, reads, deletes and mutates, scope by scope.

Names in a function are collected while it is visited and resolved at its end: a name that the
function reads but does not bind is read from the notebook, whenever the function is called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

import msgspec

from nb2prod.analysis.names.summary import Bind, BindKind, Change, Mutation, NameUse

_RUNS_CODE = frozenset({"exec", "execfile"})
Located = ast.expr | ast.stmt | ast.alias | ast.pattern  # nodes with a position


class LocalScope(msgspec.Struct):
    """The scope of a function, lambda, class or comprehension.

    Attributes:
        late: its code runs later, when it is called.
        reads: the names read in it, with whether they are read late.
        binds: the names bound in it.
        outer: the names that belong to a scope around it (`global`, `nonlocal`, `:=`).
    """

    late: bool
    reads: list[tuple[ast.Name, bool]] = msgspec.field(default_factory=list[tuple[ast.Name, bool]])
    binds: set[str] = msgspec.field(default_factory=set[str])
    outer: set[str] = msgspec.field(default_factory=set[str])
    is_class: bool = False
    comprehension: bool = False


class NameCollector:
    """Collects the names of one cell; the attributes are those of `Summary`."""

    def __init__(self, offset: Callable[[int, int], int]) -> None:
        """Begin without names; `offset` converts a line and a byte column to an offset."""
        self._offset = offset
        self.binds: list[Bind] = []
        self.needs: dict[str, NameUse] = {}
        self.late: dict[str, NameUse] = {}
        self.reads: set[str] = set()
        self.deletes: set[str] = set()
        self.mutations: list[Mutation] = []
        self.opaque = False
        self._bound: set[str] = set()  # names that may be bound at this point
        self._scopes: list[LocalScope] = []  # from the outermost to the innermost
        self._conditions = 0  # nested blocks around this point that may not be executed
        self._guards = 0  # nested `try` around this point that catch a NameError

    def span(self, node: Located) -> tuple[int, int]:
        """Return the start and end of a node, as offsets."""
        start = self._offset(node.lineno, node.col_offset)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return start, self._offset(node.end_lineno, node.end_col_offset)

    def read(self, node: ast.Name, *, late: bool) -> None:
        """Note that a name is read; with `late`, only when a function is called."""
        name = node.id
        if self._scopes:
            self._scopes[-1].reads.append((node, late))
            return
        self.reads.add(name)
        if name in _RUNS_CODE:
            self.opaque = True
        if late:
            if name not in self.late:
                self.late[name] = NameUse(name, *self.span(node))
        elif name not in self._bound and name not in self.needs:
            self.needs[name] = NameUse(name, *self.span(node), self._guards > 0)

    def bind(
        self,
        name: str,
        node: Located,
        kind: BindKind,
        *,
        reads_itself: bool = False,
    ) -> None:
        """Note that a name is bound; with `reads_itself`, to a value computed from its old one."""
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
        """Note that the object behind `a` in `a.b[c]` changes, if `a` is a notebook variable."""
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if isinstance(node, ast.Name) and not self._scopes:
            self.mutations.append(Mutation(node.id, *self.span(node), how))

    def enter(self, scope: LocalScope) -> None:
        """Begin a scope: from now on, names belong to it."""
        self._scopes.append(scope)

    def leave(self) -> None:
        """End the innermost scope: names that it reads but does not bind are read around it."""
        scope = self._scopes.pop()
        # A method does not see the names of its class.
        classes: list[LocalScope] = []
        while scope.late and self._scopes and self._scopes[-1].is_class:
            classes.append(self._scopes.pop())
        for node, late in scope.reads:
            if node.id not in scope.binds or node.id in scope.outer:
                self.read(node, late=late or scope.late)
        self._scopes.extend(reversed(classes))
