"""Live names: those whose values are read after a position, before they are bound again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nb2prod.analysis.effects.effects import Effects


@dataclass(frozen=True, slots=True)
class Liveness:
    """The positions at which each name is live.

    Attributes:
        turns: for each name, the positions from which it is live or no longer live, in order; at
            the end of the notebook no name is live.
    """

    turns: Mapping[str, Sequence[int]]

    def __getitem__(self, position: int) -> frozenset[str]:
        """Return the names that are live at a position."""
        return frozenset(name for name in self.turns if self.at(position, name))

    def at(self, position: int, name: str) -> bool:
        """Return whether a name is live at a position."""
        turns = self.turns.get(name, ())
        return (len(turns) - bisect_right(turns, position)) % 2 == 1

    def any_of(self, names: Iterable[str]) -> Sequence[int]:
        """Return the positions from which any of some names is live, or none any longer."""
        ranges: list[tuple[int, int]] = []
        for name in names:
            turns = self.turns.get(name, ())
            whole = [0, *turns] if len(turns) % 2 else turns
            ranges += zip(whole[::2], whole[1::2], strict=True)
        found: list[int] = []
        for start, end in sorted(ranges):
            if found and start <= found[-1]:
                found[-1] = max(found[-1], end)
            else:
                found += (start, end)
        return found


def liveness(effects: Sequence[Effects]) -> Liveness:
    """Return which names are live before, between and after statements with these effects."""
    turns: dict[str, list[int]] = {}
    live: set[str] = set()
    for number in reversed(range(len(effects))):
        effect = effects[number]
        ends = ((effect.binds | effect.deletes) & live) - effect.uses
        begins = effect.uses - live
        for name in ends | begins:
            turns.setdefault(name, []).append(number + 1)
        live -= ends
        live |= begins
    return Liveness({name: positions[::-1] for name, positions in turns.items()})
