"""Dictionaries that can be taken back to an earlier state, at the cost of what has changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class Journal(dict[str, V], Generic[V]):
    """A dictionary that notes its changes since each mark.

    Only `[name] = value` and `discard` are noted; nothing else may change it while it is marked.
    """

    __slots__ = ("_marks",)

    def __init__(self) -> None:
        """Begin empty, without marks."""
        super().__init__()
        self._marks: list[dict[str, V | None]] = []

    def __setitem__(self, name: str, value: V) -> None:
        """Set a value."""
        if self._marks:
            self._marks[-1].setdefault(name, self.get(name))
        super().__setitem__(name, value)

    def discard(self, name: str) -> None:
        """Remove a name, if it is there."""
        if name in self:
            if self._marks:
                self._marks[-1].setdefault(name, self[name])
            del self[name]

    def mark(self) -> None:
        """Begin to note changes."""
        self._marks.append({})

    def undo(self) -> dict[str, V | None]:
        """Go back to the last mark, and end it; return the changes, None for removed names."""
        before = self._marks.pop()
        changes = {name: self.get(name) for name in before}
        for name, value in before.items():
            if value is None:
                self.pop(name, None)
            else:
                super().__setitem__(name, value)
        return changes

    def changes(self) -> dict[str, V | None]:
        """Return the changes since the first mark, None for what was removed; remove all marks."""
        changes = {name: self.get(name) for before in self._marks for name in before}
        self._marks.clear()
        return changes


class History(Generic[V]):
    """The values of names over time."""

    def __init__(self) -> None:
        """Begin at time 0, without names."""
        self.time = 0
        self.known: dict[str, tuple[list[int], list[V | None]]] = {}

    def add(self, changes: Mapping[str, V | None]) -> Snapshot[V]:
        """Add the changes of one step; return the values after it."""
        self.time += 1
        for name, value in changes.items():
            times, values = self.known.setdefault(name, ([], []))
            times.append(self.time)
            values.append(value)
        return Snapshot(self, self.time)

    def now(self) -> Snapshot[V]:
        """Return the values after the last step."""
        return Snapshot(self, self.time)


class Snapshot(Mapping[str, V]):
    """The values of names at one time of a history."""

    __slots__ = ("_history", "_time")

    def __init__(self, history: History[V], time: int) -> None:
        """Look at a history at a time."""
        self._history, self._time = history, time

    def _value(self, name: object) -> V | None:
        times, values = self._history.known.get(str(name), ((), ()))
        place = bisect_right(times, self._time)
        return values[place - 1] if place else None

    def __getitem__(self, name: str) -> V:
        """Return the value of a name."""
        value = self._value(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        """Return whether a name has a value."""
        return self._value(name) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield the names that have a value."""
        return (name for name in self._history.known if name in self)

    def __len__(self) -> int:
        """Count the names that have a value."""
        return sum(1 for _ in self)
