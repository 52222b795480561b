"""Cuts between stages: few, where little has to be stored, and never where one is unsound."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from nb2prod.analysis.flow import Analysis
from nb2prod.pipeline.crossing import Crossing, crossing
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.phases import phase
from nb2prod.pipeline.prose import Heading, Prose

_STATEMENTS_A_STAGE = 14
_MOST_STAGES = 7
_MOST_PLACES = 600  # where a stage may begin; longer notebooks than any real one have more
_FEW_CELLS = 12  # in a notebook with so few cells, a stage may begin within a cell


def stage_cuts(flow: Dataflow, prose: Prose) -> list[int]:
    """Choose the positions before which a new stage begins, without position 0.

    The ideal number of stages is three to seven, by the size of the notebook.
    """
    work = [i for i in range(len(flow.analysis.statements)) if flow.works(i)]
    if len(work) < 3:
        return []
    ideal = min(_MOST_STAGES, max(3, round(len(work) / _STATEMENTS_A_STAGE)))
    cells = {s.cell for s in flow.analysis.statements}
    phases = _Phases(flow.analysis)
    places = [
        _Place(i, _signs(flow, prose.heading_at(i, after=before), phases, i))
        for before, i in pairwise(work)
        if len(cells) <= _FEW_CELLS or _begins_cell(flow, before, i)
    ]
    gains = {
        place.statement: gain
        for place in _most_promising(places)
        if (gain := _gain(flow, place)) is not None
    }
    found = _best(work, gains, len(work) / ideal)
    best = max(found, key=lambda count: found[count][0] - 1.2 * abs(count - ideal), default=None)
    return [] if best is None else found[best][1]


def _begins_cell(flow: Dataflow, before: int, i: int) -> bool:
    return flow.analysis.statements[before].cell != flow.analysis.statements[i].cell


def heading_cuts(flow: Dataflow, prose: Prose) -> list[int]:
    """Return the positions of the H2 headings that begin a stage, without position 0.

    Imports and definitions above the first heading do not make a stage.
    """
    end = len(flow.analysis.statements)
    wanted = sorted({h.position for h in prose.headings if h.level == 2})
    if wanted and not any(flow.works(i) for i in range(wanted[0])):
        wanted = wanted[1:]
    return [p for p in wanted if 0 < p < end]


def sound(flow: Dataflow, positions: Sequence[int]) -> tuple[list[int], dict[int, Crossing]]:
    """Split positions into the sound ones, and the unsound ones with the reasons."""
    good: list[int] = []
    bad: dict[int, Crossing] = {}
    for position in positions:
        found = crossing(flow.analysis, flow.scope, position)
        if found.obstacles:
            bad[position] = found
        else:
            good.append(position)
    return good, bad


class _Phases:
    """For each statement, its phase, the last known one before it, and the next known one."""

    def __init__(self, analysis: Analysis) -> None:
        self.here = [phase(analysis, i) for i in range(len(analysis.statements))]
        self.before = list(_last_known(self.here))
        after = list(_last_known(self.here[::-1]))[::-1]
        self.after = [here or then for here, then in zip(self.here, after, strict=True)]


def _last_known(phases: Iterable[str | None]) -> Iterator[str | None]:
    """Yield for each phase the last known one before it."""
    last = None
    for one in phases:
        yield last
        last = one or last


class _Place(NamedTuple):
    """A statement before which a stage may begin, and what the author did there to say so."""

    statement: int
    signs: tuple[float, ...]


def _signs(flow: Dataflow, heading: Heading | None, phases: _Phases, i: int) -> tuple[float, ...]:
    """Return how much the text and the work around a statement are in favour of a cut there."""
    signs: list[float] = []
    if heading:
        signs.append(2.0 if heading.level <= 2 else 1.2)
    if not _begins_cell(flow, i - 1, i):
        signs.append(-1.5)
    before, here, after = phases.before[i], phases.here[i], phases.after[i]
    if here and before != here:
        signs.append(2.0 if here != "explore" else 0.8)
    elif before != after:
        signs.append(0.5)
    return tuple(signs)


def _most_promising(places: Sequence[_Place]) -> Sequence[_Place]:
    """Return the places; of a very long notebook, the best of each of `_MOST_PLACES` parts."""
    size = -(-len(places) // _MOST_PLACES)
    if size <= 1:
        return places
    parts = (places[at : at + size] for at in range(0, len(places), size))
    return [max(part, key=lambda place: sum(place.signs)) for part in parts]


def _gain(flow: Dataflow, place: _Place) -> float | None:
    """Return how good a cut at a place is; None if it would be unsound."""
    found = crossing(flow.analysis, flow.scope, place.statement)
    if found.obstacles:
        return None
    gain = -0.35 * max(0, len(found.groups) - 1) - 0.4 * found.random_state
    gain -= 0.3 * sum(len(g) > 1 for g in found.groups)
    for sign in place.signs:
        gain += sign
    return gain


_Cuts = tuple[float, list[int]]  # the total gain of some cuts, and the cuts


def _best(work: Sequence[int], gains: Mapping[int, float], ideal: float) -> dict[int, _Cuts]:
    """Choose for each number of stages the cuts with the highest total gain.

    Stages of similar size are preferred. A number that is not possible is left out.
    """
    order = {n: k for k, n in enumerate(work)}
    places = sorted(order[i] for i in gains)
    sizes = [0.0, *(_size_gain(size, ideal) for size in range(1, len(work) + 1))]
    found: dict[int, _Cuts] = {}
    table: list[tuple[int, _Cuts]] = [(0, (0.0, []))]  # the best cuts that end before each place
    for count in range(1, _MOST_STAGES + 1):
        whole = _best_before(table, len(work), 0.0, sizes)
        if whole is not None and count > 1:
            found[count] = whole
        following: list[tuple[int, _Cuts]] = []
        for place in places:
            best = _best_before(table, place, gains[work[place]], sizes)
            if best is not None:
                following.append((place, (best[0], [*best[1], work[place]])))
        table = following
    return found


def _size_gain(size: int, ideal: float) -> float:
    return -0.6 * max(0, 3 - size) - 0.5 * (math.log(size / ideal)) ** 2


def _best_before(
    table: Sequence[tuple[int, _Cuts]], place: int, gain: float, sizes: Sequence[float]
) -> _Cuts | None:
    """Return the best way to have a stage end at a place; None if there is none."""
    earlier = table[: bisect_left(table, place, key=lambda row: row[0])]
    scores = [score + gain + sizes[place - at] for at, (score, _) in earlier]
    if not scores:
        return None
    best = max(scores)
    equal = (cuts for (_, (_, cuts)), score in zip(earlier, scores, strict=True) if score == best)
    return best, max(equal)
