"""Cuts between stages: few, where little has to be stored, and never where one is unsound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from nb2prod.analysis.flow import Analysis
from nb2prod.pipeline.crossing import Crossing, crossing
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.phases import phase
from nb2prod.pipeline.prose import Heading, Prose

_STATEMENTS_A_STAGE = 14
_MOST_STAGES = 7
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
    gains = {
        i: gain
        for before, i in pairwise(work)
        if (len(cells) <= _FEW_CELLS or _begins_cell(flow, before, i))
        and (gain := _gain(flow, prose.heading_at(i, after=before), phases, i)) is not None
    }
    best = max(
        (
            (_best(work, gains, count, len(work) / ideal), count)
            for count in range(2, _MOST_STAGES + 1)
        ),
        key=lambda found: found[0][0] - 1.2 * abs(found[1] - ideal) if found[0] else -math.inf,
    )[0]
    return best[1] if best else []


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


def _gain(flow: Dataflow, heading: Heading | None, phases: _Phases, i: int) -> float | None:
    """Return how good a cut at this position is; None if it would be unsound."""
    analysis = flow.analysis
    found = crossing(analysis, flow.scope, i)
    if found.obstacles:
        return None
    gain = -0.35 * max(0, len(found.groups) - 1) - 0.4 * found.random_state
    gain -= 0.3 * sum(len(g) > 1 for g in found.groups)
    if heading:
        gain += 2.0 if heading.level <= 2 else 1.2
    if analysis.statements[i].cell == analysis.statements[i - 1].cell:
        gain -= 1.5
    before, here, after = phases.before[i], phases.here[i], phases.after[i]
    if here and before != here:
        gain += 2.0 if here != "explore" else 0.8
    elif before != after:
        gain += 0.5
    return gain


def _best(
    work: list[int], gains: dict[int, float], count: int, ideal: float
) -> tuple[float, list[int]] | None:
    """Choose `count - 1` cuts with the highest total gain, preferring parts of similar size."""
    order = {n: k for k, n in enumerate(work)}
    places = [0, *sorted(order[i] for i in gains), len(work)]

    def part(a: int, b: int) -> float:
        size = b - a
        return -0.6 * max(0, 3 - size) - 0.5 * (math.log(size / ideal)) ** 2

    table: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for turn in range(count):
        following: dict[int, tuple[float, list[int]]] = {}
        for place in places[1:]:
            if (place == len(work)) != (turn == count - 1):
                continue
            gain = gains.get(work[place], 0.0) if place < len(work) else 0.0
            options = [
                (
                    score + gain + part(at, place),
                    [*cuts, work[place]] if place < len(work) else cuts,
                )
                for at, (score, cuts) in table.items()
                if at < place
            ]
            if options:
                following[place] = max(options)
        table = following
    return table.get(len(work))
