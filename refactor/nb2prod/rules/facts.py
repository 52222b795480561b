"""Facts: what rules on one cell ask of the rest of the notebook, remembered with who asked.

A fact is a function of a notebook and a name; its value is kept. When a cell is edited, the facts
on the names in it are found again, and only the cells that had asked for one that has changed are
looked at again. That is what makes an edit cost what is edited, not what is there.

A fact on a name may depend on nothing but the cells in which that name occurs, and on whether any
cell is not Python or hides what it binds; one with the name "" may depend on all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar, cast

View = TypeVar("View")
Value = TypeVar("Value")


class Facts(Generic[View]):
    """The facts that are known of one notebook, which rules see as a `View`."""

    def __init__(self, *, remembers: bool = True) -> None:
        """Begin with none; without `remembers`, who asks is not noted."""
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
        """Note that what is asked from now on is asked for a cell."""
        if not self._remembers:
            return
        for key in self._asked.get(cell, ()):
            self._askers[key].discard(cell)
        self._asked[cell] = set()
        self._cell = cell

    def end(self) -> None:
        """Note that what is asked from now on is asked for no cell."""
        self._cell = None

    def refresh(self, names: Collection[str], view: View) -> set[int]:
        """Find the facts on some names again; return the cells that asked for one that changed."""
        cells: set[int] = set()
        for fact, known in self._values.items():
            for name in [name for name in names if name in known]:
                askers = self._askers.get((fact, name))
                if not askers:  # nobody wants to know any more
                    del known[name]
                    self._askers.pop((fact, name), None)
                    continue
                before, known[name] = known[name], fact(view, name)
                if before != known[name]:
                    cells |= askers
        return cells


class Imports(Mapping[str, str]):
    """What the names that a notebook imports stand for, as rules look them up.

    Attributes:
        asked: the names that were looked up, and what they stand for; "" for no import.
    """

    def __init__(
        self, targets: Mapping[str, str], note: Callable[[str], object] | None = None
    ) -> None:
        """Tell `note`, too, of each name that is looked up."""
        self.asked: dict[str, str] = {}
        self._targets = targets
        self._note = note

    def __getitem__(self, name: str) -> str:
        """Return what a name stands for."""
        if (target := self.get(name)) is None:
            raise KeyError(name)
        return target

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name stands for, `default` if it is not imported."""
        target = self._targets.get(name)
        self.asked[name] = target or ""
        if self._note:
            self._note(name)
        return default if target is None else target

    def __contains__(self, name: object) -> bool:
        """Say whether a name is imported."""
        return self.get(cast("str", name)) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield all names, each of which counts as looked up."""
        for name in self._targets:
            self.get(name)
            yield name

    def __len__(self) -> int:
        """Count the names."""
        return len(self._targets)
