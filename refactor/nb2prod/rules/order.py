"""Which names are there when a notebook is run from top to bottom, for the rules on them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.analysis.summary import Summary, Use
from nb2prod.rules.ambient import is_ambient
from nb2prod.rules.rule import NotebookView


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that is read where it may not be there.

    Attributes:
        cell: where it is read.
        use: the place.
        bound_in: the first cell, further down, that binds it; None if none does.
    """

    cell: int
    use: Use
    bound_in: int | None


def missing_names(view: NotebookView) -> Iterator[Missing]:
    """Yield, once in a cell, the names that are not there if the cells are run in order.

    A name may have been bound by what cannot be seen (`from x import *`, `%run`, a cell that is
    not Python): then nothing is said of it.
    """
    binds = {cell.index: bound_names(summary) for cell, summary in view.code}
    first = {name: index for index in reversed(binds) for name in binds[index]}
    broken = " ".join(cell.source for cell, summary in view.code if summary.broken)
    unsure = frozenset(re.findall(r"[^\W\d]\w*", broken))
    known: set[str] = set()
    anything = any(s.opaque for _, s in view.code)
    opaque = False
    for cell, summary in view.code:
        opaque = opaque or summary.opaque
        needs = () if opaque else summary.needs
        late = () if anything else summary.late
        reported: set[str] = set()
        for use in (*needs, *late):
            name = use.name
            if name in known or name in reported or name in unsure or use.guarded:
                continue
            bound_in = first.get(name)
            # A function's names are looked up when it is called, perhaps further down.
            if is_ambient(name) or (bound_in is not None and use not in needs):
                continue
            if bound_in == cell.index and name in {m for mg in summary.magics for m in mg.binds}:
                continue
            reported.add(name)
            yield Missing(cell.index, use, bound_in)
        known |= binds[cell.index]


def bound_names(summary: Summary) -> set[str]:
    """Return the names that a cell binds, also by magics and from inside its functions."""
    told = {name for magic in summary.magics for name in magic.binds}
    return {bind.name for bind in summary.binds} | told
