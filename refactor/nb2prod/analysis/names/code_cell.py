"""A code cell, parsed once: its text as Python, its syntax tree and its effects on names."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from nb2prod.analysis.names.summary import Broken, MagicUse, Summary
from nb2prod.analysis.names.visitor import CellVisitor
from nb2prod.ipython.mask import Magic, mask
from nb2prod.text.python import syntax
from nb2prod.text.spans import LineTable, Span

Node = TypeVar("Node", bound=ast.AST)

# `%%sql result <<`, `%%R -o frame`: magics of other packages that bind a name given to them.
_GIVEN_NAME = re.compile(
    r"\b([A-Za-z_]\w*)\s*<<|(?:^|\s)(?:-o|--output|--out|-c)[ =]([A-Za-z_]\w*)"
)
# A semicolon after a value hides it; a semicolon in a comment does not.
_SEMICOLON = re.compile(r"[ \t]*;")
# These bind names that are defined in other files, or in a store.
_OPAQUE = frozenset({"run", "store", "load", "pylab", "loadpy", "reload_kedro", "macro", "rerun"})


class CodeCell:
    """The code of one cell, independent of its place in a notebook.

    Attributes:
        source: the text of the cell.
        lines: its lines.
        code: the source with IPython's syntax masked; both have the same length.
        magics: the magics, shell lines and help requests of the cell.
        body: the top-level statements; empty if the cell is not Python.
    """

    def __init__(self, source: str) -> None:
        """Parse `source`; never fails."""
        masked = mask(source)
        self.source = source
        self.lines = LineTable(source)
        self.code: str = masked.text
        self.magics: tuple[Magic, ...] = masked.magics
        self._broken: Broken | None = None
        self.body: Sequence[ast.stmt] = self._parse()
        self._visitor = CellVisitor(self.lines.offset)
        try:
            self._visitor.run(self.body)
        except RecursionError:  # Python parses deeper nesting than can be visited recursively
            self._visitor, self.body = CellVisitor(self.lines.offset), ()
            self._broken = Broken("nested too deeply", 0, 0)

    def nodes(self, *kinds: type[Node]) -> list[Node]:
        """Return all nodes of these kinds, also in functions, in the order of the text."""
        known = self._visitor.nodes
        if len(kinds) == 1:
            return known.get(kinds[0], [])
        return [node for kind in kinds for node in known.get(kind, ())]

    def span(self, node: ast.AST) -> Span:
        """Return the span of a node; decorators of a function or class are not part of it."""
        place = cast("Any", node)
        return Span(
            self.lines.offset(place.lineno, place.col_offset),
            self.lines.offset(place.end_lineno, place.end_col_offset),
        )

    def text(self, node: ast.AST) -> str:
        """Return the source of a node."""
        return self.span(node).text(self.source)

    @cached_property
    def summary(self) -> Summary:
        """The effects of the cell on names."""
        visitor = self._visitor
        summary = Summary(
            binds=tuple(visitor.binds),
            needs=tuple(visitor.needs.values()),
            late=tuple(visitor.late.values()),
            reads=frozenset(visitor.reads),
            deletes=frozenset(visitor.deletes),
            mutations=tuple(visitor.mutations),
            imports=tuple(visitor.imports),
            called=frozenset(visitor.called),
            opaque=visitor.opaque,
            broken=self._broken,
            code=bool(self.body or self.magics or self._broken),
            only_imports=bool(self.body or self.magics) and self._only_imports(),
            shows=bool(self.body) and self._shows(),
        )
        return self._with_magics(summary) if self.magics else summary

    def _with_magics(self, summary: Summary) -> Summary:
        uses = tuple(
            MagicUse(m.kind, m.name, m.argument, m.span.start, m.span.end, _binds(m))
            for m in self.magics
        )
        bound = {name for use in uses for name in use.binds}
        return replace(
            summary,
            magics=uses,
            needs=tuple(use for use in summary.needs if use.name not in bound),
            reads=summary.reads.union(*(magic.reads for magic in self.magics)),
            opaque=summary.opaque
            or any(use.name in _OPAQUE for use in uses if use.kind in {"line", "cell"}),
        )

    def _shows(self) -> bool:
        last = self.body[-1]
        hidden = _SEMICOLON.match(self.code, self.span(last).end)
        return isinstance(last, ast.Expr) and not hidden

    def _only_imports(self) -> bool:
        return not self._broken and all(
            isinstance(s, ast.Import | ast.ImportFrom) or _is_hidden(s, self.magics, self.span(s))
            for s in self.body
        )

    def _parse(self) -> Sequence[ast.stmt]:
        try:
            return syntax(self.code, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT).body
        except SyntaxError as error:
            start = self.lines.start(error.lineno or 1) + max(0, (error.offset or 1) - 1)
            start = min(start, len(self.source))
            self._broken = Broken(error.msg, start, min(start + 1, len(self.source)))
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            self._broken = Broken(str(error) or "nested too deeply", 0, 0)
        return ()


def _binds(magic: Magic) -> tuple[str, ...]:
    """Return the names that a magic binds and that the masked code does not show."""
    given = [a or b for a, b in _GIVEN_NAME.findall(magic.argument)] if magic.kind == "cell" else []
    if magic.kind == "line" and "<<" in magic.argument:
        given += [a for a, _ in _GIVEN_NAME.findall(magic.argument) if a]
    return tuple(sorted({*given, *(() if magic.binds_in_code else magic.binds)}))


def _is_hidden(statement: ast.stmt, magics: tuple[Magic, ...], span: Span) -> bool:
    """Return whether a statement is only the placeholder of a magic line."""
    return isinstance(statement, ast.Expr) and any(
        m.span.start == span.start and m.kind in {"line", "shell", "help"} for m in magics
    )


def resolved(written: str, names: Mapping[str, str]) -> str:
    """Return the full name of `np.abs`, given as text; names that are not imported are kept."""
    root, dot, rest = written.partition(".")
    return f"{names.get(root, root)}{dot}{rest}"


def dotted(node: ast.expr, names: Mapping[str, str]) -> str | None:
    """Return the full name of `np.random.rand`, `numpy.random.rand`; None if it has none.

    Args:
        node: an expression.
        names: the targets of the notebook's imported names.
    """
    rest = ""
    while isinstance(node, ast.Attribute):
        rest = f".{node.attr}{rest}"
        node = node.value
    root = names.get(node.id) if isinstance(node, ast.Name) else None
    return None if root is None else root + rest
