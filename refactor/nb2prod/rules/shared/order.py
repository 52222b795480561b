"""Names that are unbound when a notebook is run from top to bottom."""

from collections.abc import Sequence

import msgspec

from nb2prod.analysis.names.summary import NameUse
from nb2prod.rules.shared.ambient import ONLY_PYTHON_2, is_ambient
from nb2prod.rules.view import NotebookView


class Missing(msgspec.Struct, frozen=True):
    """A name that is read where it may be unbound.

    Attributes:
        cell: the first cell that reads it unbound.
        bound_in: the first cell, this one or a later one, that binds it; None if none does.
    """

    cell: int
    bound_in: int | None


def missing(view: NotebookView, name: str) -> Missing | None:
    """Return where a name is unbound if the cells are run in order; a fact.

    A name that may be bound out of sight (`from x import *`, `%run`, a cell that is not Python)
    is not missing.
    """
    if is_ambient(name) or (name in ONLY_PYTHON_2 and view.notebook.python_2):
        return None
    if name == "__file__" and view.notebook.format == "py":
        return None  # scripts have it, kernels do not
    index = view.occurrences
    if index.broken and _in_broken_cell(view, name):
        return None
    bound_in = index.binders[name][0] if name in index.binders else None
    for cell in index.needers.get(name, ()):
        if bound_in is not None and bound_in < cell:
            break
        if _use(view, name, cell, bound_in):
            return Missing(cell, bound_in)
    return None


def _use_of_missing(view: NotebookView, name: str, cell: int) -> tuple[Missing, NameUse] | None:
    found = view.fact(missing, name)
    if found is None or (found.bound_in is not None and found.bound_in < cell):
        return None
    use = _use(view, name, cell, found.bound_in)
    return (found, use) if use else None


def uses_of_missing(view: NotebookView, cell: int) -> Sequence[tuple[str, Missing, NameUse]]:
    """Return the unbound names that a cell reads from outside, in order.

    Each comes with the first place where it is missing, and its first use in this cell.
    """
    summary = view.summaries[cell]
    names = dict.fromkeys([use.name for use in (*summary.needs, *summary.late)])
    return [(n, *missed) for n in names if (missed := _use_of_missing(view, n, cell))]


def _use(view: NotebookView, name: str, cell: int, bound_in: int | None) -> NameUse | None:
    opaque = view.occurrences.opaque
    summary = view.summaries[cell]
    if not opaque or cell < min(opaque):
        use = view.occurrences.unguarded(cell).get(name)
        if use is not None:
            by_magic = bound_in == cell and any(name in m.binds for m in summary.magics)
            return None if by_magic else use
    # A function looks up its names when it is called, which may be further down.
    if bound_in is None and not opaque:
        return view.occurrences.unguarded(cell, late=True).get(name)
    return None


def _in_broken_cell(view: NotebookView, name: str) -> bool:
    """Return whether a cell that is not Python mentions a name."""
    index = view.occurrences
    return any(name in index.cells[cell].mentions for cell in index.broken)
