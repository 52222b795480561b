"""Cell visitor: the effects of a cell's statements, calls and imports on names.

The visitor is a chain of classes, each in a module of its own: `NameCollector` keeps the names,
`TreeWalk` reaches each node once, `ScopeVisitor` handles names and scopes, `CellVisitor` the rest.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from nb2prod.analysis.names.scope_visitor import ScopeVisitor
from nb2prod.analysis.names.summary import Import
from nb2prod.analysis.names.tree_walk import handlers_of
from nb2prod.knowledge.traits import of_method

_CHANGING = """append extend insert remove pop clear update add discard setdefault sort reverse
    popitem"""
_CHANGING_METHODS = frozenset(_CHANGING.split())
_CATCHES = frozenset({"NameError", "Exception", "BaseException"})


class CellVisitor(ScopeVisitor):
    """Collects the facts of one cell: `visitor.run(tree.body)`, then read its attributes.

    Attributes:
        imports: the imported names, in order.
        called: the functions and methods called, as written.
    """

    def __init__(self, offset: Callable[[int, int], int]) -> None:
        """Begin without facts; `offset` converts a line and a byte column to an offset."""
        super().__init__(offset, _HANDLERS)
        self.imports: list[Import] = []
        self.called: set[str] = set()

    # Statements

    def _Assign(self, node: ast.Assign) -> None:
        names = self.nodes[ast.Name]
        count = len(names)
        self._visit(node.value)
        read = {name.id for name in names[count:] if isinstance(name, ast.Name)}
        for target in node.targets:
            if isinstance(target, ast.Name):
                names.append(target)
                self.bind(target.id, target, "assign", reads_itself=target.id in read)
            else:
                self._visit_target(target)

    def _visit_target(self, target: ast.expr) -> None:
        """Visit the target of an assignment; `a[0] = ...` and `a.b = ...` mutate `a`."""
        if isinstance(target, ast.Subscript):
            self.mutate(target, "item")
        elif isinstance(target, ast.Attribute):
            self.mutate(target, "attribute")
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                if isinstance(element, (ast.Subscript, ast.Attribute)):
                    self.mutate(element, "item")
        self._visit(target)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit(node.annotation)
        if node.value:
            self._visit(node.value)
            self._visit_target(node.target)
        elif not isinstance(node.target, ast.Name):
            self._visit(node.target)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self._visit(node.value)
        if isinstance(node.target, ast.Name):
            self.nodes[ast.Name].append(node.target)
            self.read(node.target, late=False)
            self.mutate(node.target, "augmented")
            self.bind(node.target.id, node.target, "augmented", reads_itself=True)
        else:
            self.mutate(node.target, "item")
            self._visit(node.target)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self._visit(node.iter)
        for name in ast.walk(node.target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                self.bind(name.id, name, "loop")
        for part in ast.iter_child_nodes(node.target):
            if not isinstance(part, ast.expr_context):
                self._visit(part)
        self._visit_block(node.body)
        self._visit_block(node.orelse)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        self._visit(node.test)
        self._visit_block(node.body)
        self._visit_block(node.orelse)

    def _If(self, node: ast.If) -> None:
        self._visit(node.test)
        self._visit_branches(node.body, node.orelse)

    def _visit_branches(self, *bodies: Iterable[ast.AST]) -> None:
        """Visit blocks of which one is executed; names bound in any may be bound after them."""
        before, after = self._bound, set(self._bound)
        for body in bodies:
            self._bound = set(before)
            self._visit_block(body)
            after |= self._bound
        self._bound = after

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        self._visit_all(node.items)
        self._visit_block(node.body, certain=True)

    _AsyncWith = _With

    def _Try(self, node: ast.Try) -> None:
        guarded = any(_catches(handler.type) for handler in node.handlers)
        self._guards += guarded
        self._visit_block(node.body)
        self._guards -= guarded
        self._visit_all(node.handlers)
        self._visit_block(node.orelse)
        self._visit_block(node.finalbody, certain=True)

    _TryStar = _Try

    def _ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type:
            self._visit(node.type)
        bound = self._scopes[-1].binds if self._scopes else self._bound
        unbound_after = node.name is not None and node.name not in bound
        if node.name:
            bound.add(node.name)
        self._visit_block(node.body)
        if node.name and unbound_after and not self._scopes:
            self._bound.discard(node.name)

    def _MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        pattern = getattr(node, "pattern", None)
        if pattern:
            self._visit(pattern)
        if node.name:
            self.bind(node.name, node, "other")

    _MatchStar = _MatchAs

    def _MatchMapping(self, node: ast.MatchMapping) -> None:
        self._visit_all(node.keys)
        self._visit_all(node.patterns)
        if node.rest:
            self.bind(node.rest, node, "other")

    def _match_case(self, node: ast.match_case) -> None:
        self._visit(node.pattern)
        if node.guard:
            self._visit(node.guard)
        self._visit_block(node.body)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.mutate(target, "item")
            self._visit(target)

    def _Call(self, node: ast.Call) -> None:
        func = node.func
        self._visit(func)
        self._visit_all(node.args)
        self._visit_all(node.keywords)
        if name := _written(func):
            self.called.add(name)
        if isinstance(func, ast.Attribute):
            if node.keywords and any(map(_asks_for_inplace, node.keywords)):
                self.mutate(func.value, "inplace")
            elif func.attr in _CHANGING_METHODS or "builds" in of_method(func.attr):
                self.mutate(func.value, "method")

    # Imports

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else name
            self._note_import(node, alias, name, target, "")

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.opaque = True
            name = alias.asname or alias.name
            dot = "" if module.endswith(".") else "."
            self._note_import(node, alias, name, f"{module}{dot}{alias.name}", module)

    def _note_import(
        self,
        node: ast.Import | ast.ImportFrom,
        alias: ast.alias,
        name: str,
        target: str,
        module: str,
    ) -> None:
        """Note a name that an import statement binds."""
        self.imports.append(
            Import(
                name,
                target,
                *self.span(alias),
                statement=self.span(node),
                depth=self._depth,
                in_function=any(not s.comprehension for s in self._scopes),
                alone=len(node.names) == 1,
                from_module=module,
                explicit=alias.asname is not None and alias.asname == alias.name,
            )
        )
        if name != "*" and module != "__future__":
            self.bind(name, alias, "import")


def _asks_for_inplace(given: ast.keyword) -> bool:
    value = given.value
    return given.arg == "inplace" and isinstance(value, ast.Constant) and bool(value.value)


def _written(node: ast.expr) -> str:
    """Return `a.b.c` as it is written; empty for anything but names and attributes."""
    rest = ""
    while isinstance(node, ast.Attribute):
        rest = f".{node.attr}{rest}"
        node = node.value
    return node.id + rest if isinstance(node, ast.Name) else ""


def _catches(caught: ast.expr | None) -> bool:
    """Return whether an `except` clause catches a NameError."""
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(n is None or (isinstance(n, ast.Name) and n.id in _CATCHES) for n in names)


_HANDLERS = handlers_of(CellVisitor)
