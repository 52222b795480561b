"""Visit each node of a cell's syntax tree once.

`TreeWalk` knows how to reach the children of any node. Its subclasses handle nodes of some classes:
a method called `_` and the name of the class handles such nodes, including their children.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nb2prod.analysis.names.name_collector import NameCollector

Handlers = Mapping[type[ast.AST], Callable[[Any, Any], None]]

_LEAVES = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
# Fields without child nodes.
_LEAF_FIELDS = """ctx op ops id attr arg name names module level type_comment kind conversion simple
    is_async str lineno tag"""
_CHILD_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: tuple(name for name in cls._fields if name not in _LEAF_FIELDS.split())
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.AST) and not issubclass(cls, _LEAVES)
}
_CHILD_FIELDS[ast.Constant] = _CHILD_FIELDS[ast.MatchSingleton] = ()
_CHILD_FIELDS[ast.BoolOp] = ("values",)
_CHILD_FIELDS[ast.Compare] = ("left", "comparators")
_CHILD_FIELDS[ast.MatchClass] = ("cls", "patterns", "kwd_patterns")


class TreeWalk(NameCollector):
    """Visits the nodes of a cell, and groups them by class.

    Attributes:
        nodes: the visited nodes by class, in the order of the text.
    """

    def __init__(self, offset: Callable[[int, int], int], handlers: Handlers) -> None:
        """Begin without nodes.

        Args:
            offset: converts a line and a byte column to an offset in the cell.
            handlers: by class of nodes, the method that handles them; other nodes are only
                passed through.
        """
        super().__init__(offset)
        self.nodes: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
        self._handler_of = handlers.get
        self._depth = 0

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Visit the statements of a cell."""
        for statement in body:
            self._visit(statement)

    def _visit(self, node: ast.AST) -> None:
        """Visit a node, and its children through its handler or in the order of their fields."""
        cls = node.__class__
        self.nodes[cls].append(node)
        handler = self._handler_of(cls)
        if handler:
            handler(self, node)
            return
        for name in _CHILD_FIELDS[cls]:
            value = getattr(node, name)
            if value.__class__ is list:
                for item in value:
                    if item is not None:
                        self._visit(item)
            elif value is not None:
                self._visit(value)

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Visit nodes in order; None stands for a missing one, as in `{**a}` or `def f(*, b)`."""
        for node in nodes:
            if node is not None:
                self._visit(node)

    def _visit_block(self, body: Iterable[ast.AST], *, certain: bool = False) -> None:
        """Visit an indented block; without `certain`, it may not be executed."""
        self._depth += 1
        self._conditions += not certain
        self._visit_all(body)
        self._conditions -= not certain
        self._depth -= 1


def handlers_of(visitor: type[TreeWalk]) -> Handlers:
    """Return the handlers that a visitor and its base classes define, by class of nodes."""
    return {
        getattr(ast, name[1:]): getattr(visitor, name)
        for name in dir(visitor)
        if name.startswith("_") and hasattr(ast, name[1:])
    }
