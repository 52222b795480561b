"""Facts: cached answers about the rest of the notebook, each with the cells that asked for it.

A fact is a function of a notebook and a name; its value is cached. When a cell is edited, the facts
about the names in it are computed again, and only the cells that asked for a changed fact are
checked again. The cost of an edit thus depends on the edit, not on the size of the notebook.

A fact about a name may depend only on the cells in which the name occurs, and on whether any cell
is not Python or hides what it binds; a fact with the name "" may depend on all cells.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar, cast

View = TypeVar("View")
Value = TypeVar("Value")


class Facts(Generic[View]):
    """The known facts about one notebook, which rules see as a `View`."""

    def __init__(self, *, remembers: bool = True) -> None:
        """Start without facts; unless `remembers`, the cells that ask are not recorded."""
        self._values: dict[Callable[[View, str], Any], dict[str, Any]] = {}
        self._askers: dict[tuple[Callable[[View, str], Any], str], set[int]] = {}
        self._asked: dict[int, set[tuple[Callable[[View, str], Any], str]]] = {}
        self._remembers = remembers
        self._cell: int | None = None

    def ask(self, fact: Callable[[View, str], Value], name: str, view: View) -> Value:
        """Return the value of a fact."""
        if self._cell is not None:
            asked = self._asked[self._cell]
            if (fact, name) not in asked:
                asked.add((fact, name))
                self._askers.setdefault((fact, name), set()).add(self._cell)
        try:
            value: Value = self._values[fact][name]
        except KeyError:
            value = self._values.setdefault(fact, {})[name] = fact(view, name)
        return value

    def begin(self, cell: int) -> None:
        """Record the facts asked for from now on for a cell."""
        if not self._remembers:
            return
        for key in self._asked.get(cell, ()):
            self._askers[key].discard(cell)
        self._asked[cell] = set()
        self._cell = cell

    def end(self) -> None:
        """Stop recording facts for a cell."""
        self._cell = None

    def refresh(self, names: Collection[str], view: View) -> set[int]:
        """Compute the facts about some names again, and return the cells that asked for changes."""
        cells: set[int] = set()
        for fact, known in self._values.items():
            for name in [name for name in names if name in known]:
                askers = self._askers.get((fact, name))
                if not askers:  # no cell needs the fact any longer
                    del known[name]
                    self._askers.pop((fact, name), None)
                    continue
                before, known[name] = known[name], fact(view, name)
                if before != known[name]:
                    cells |= askers
        return cells


class Imports(Mapping[str, str]):
    """The imported names of a notebook, with the dotted names that they refer to.

    Attributes:
        asked: the names that were looked up, and their dotted names; "" if not imported.
    """

    def __init__(
        self, targets: Mapping[str, str], note: Callable[[str], object] | None = None
    ) -> None:
        """Wrap `targets`; `note` is called with each name that is looked up."""
        self.asked: dict[str, str] = {}
        self._targets = targets
        self._note = note

    def __getitem__(self, name: str) -> str:
        """Return the dotted name that a name refers to."""
        if (target := self.get(name)) is None:
            raise KeyError(name)
        return target

    def get(self, name: str, default: Any = None) -> Any:
        """Return the dotted name that a name refers to; `default` if it is not imported."""
        target = self._targets.get(name)
        self.asked[name] = target or ""
        if self._note:
            self._note(name)
        return default if target is None else target

    def __contains__(self, name: object) -> bool:
        """Return whether a name is imported."""
        return self.get(cast("str", name)) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield all names, each of which counts as looked up."""
        for name in self._targets:
            self.get(name)
            yield name

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._targets)
