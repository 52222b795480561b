"""The syntax tree of a cell, without the summary that `CodeCell` makes of it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from typing import Any, cast

from nb2prod.magics import mask
from nb2prod.source import LineTable, Span

_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class CodeTree:
    """The statements of a cell, and where they stand."""

    def __init__(self, source: str) -> None:
        """Read `source`; a cell that is not Python has no statements."""
        self._lines = LineTable(source)
        self.body: Sequence[ast.stmt] = ()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = compile(mask(source).text, "<cell>", "exec", _FLAGS, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return
        self.body = cast("ast.Module", tree).body

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands."""
        place = cast("Any", node)
        return Span(
            self._lines.offset(place.lineno, place.col_offset),
            self._lines.offset(place.end_lineno, place.end_col_offset),
        )
