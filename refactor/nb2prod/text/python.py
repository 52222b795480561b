"""Parse code that is only read, without warnings about it."""

from __future__ import annotations

import ast
import re
import warnings
from typing import cast

_FILE = "<cell>"
_SILENT = ("ignore", None, Warning, re.compile(_FILE), 0)  # the entry in `warnings.filters`

# Beginnings of the syntax errors that Python 2 code gives.
_PYTHON_2 = ("Missing parentheses in call to", "multiple exception types must", "leading zeros in")


def syntax(code: str, flags: int = 0) -> ast.Module:
    """Return the syntax tree of code, as `ast.parse` does, but without warnings.

    The warnings filter stays installed: removing it each time would take a tenth of the time.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: it is not Python.
    """
    if _SILENT not in warnings.filters[:1]:
        warnings.filterwarnings("ignore", module=_FILE)
    flags |= ast.PyCF_ONLY_AST
    return cast("ast.Module", compile(code, _FILE, "exec", flags, dont_inherit=True))


def parsed(code: str) -> ast.Module | None:
    """Return the syntax tree of `code`; None if it is not Python. Never fails."""
    try:
        return syntax(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None


def depth(node: ast.AST) -> int:
    """Return how deeply the nodes of a tree are nested."""
    level, nodes = 0, [node]
    while nodes:
        level += 1
        nodes = [child for node in nodes for child in ast.iter_child_nodes(node)]
    return level


def not_python(error: str) -> str:
    """Return the message about a cell that is not Python, given its syntax error."""
    if error.startswith(_PYTHON_2):
        return f"not Python 3: {error}; convert this Python 2 code"
    return f"not Python: {error}; fix the cell, or make it Markdown"
