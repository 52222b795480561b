"""Code that is only read: its syntax tree, and no warning about it."""

from __future__ import annotations

import ast
import re
import warnings
from typing import cast

_FILE = "<cell>"
_SILENT = ("ignore", None, Warning, re.compile(_FILE), 0)  # as `warnings.filters` has it


def syntax(code: str, flags: int = 0) -> ast.Module:
    """Return the syntax tree of code, as `ast.parse` does; warn of nothing.

    The filter that keeps Python quiet stays: taking it off each time takes a tenth of the time.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: it is no Python.
    """
    if _SILENT not in warnings.filters[:1]:
        warnings.filterwarnings("ignore", module=_FILE)
    flags |= ast.PyCF_ONLY_AST
    return cast("ast.Module", compile(code, _FILE, "exec", flags, dont_inherit=True))


def parsed(code: str) -> ast.Module | None:
    """Return the syntax tree of `code`, None if it is no Python; never fails."""
    try:
        return syntax(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
