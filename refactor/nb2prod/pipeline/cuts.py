"""Where to cut: stages at few, small artifacts; steps where functions come out small."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nb2prod.analysis.notebook_flow import Analysis, imports
from nb2prod.pipeline.crossing import Crossing, crossing
from nb2prod.pipeline.definitions import Scope

MAX_LINES = 38  # of a function's body
_PHASES = {
    "load": "load",
    "clean": "prepare",
    "features": "prepare",
    "split": "split",
    "train": "train",
    "predict": "evaluate",
    "evaluate": "evaluate",
    "save": "save",
    "explore": "explore",
    "plot": "explore",
}
_STRENGTH = ("split", "train", "load", "evaluate", "save", "prepare", "explore")


@dataclass(frozen=True, slots=True)
class Heading:
    """A Markdown heading; `position` is the first statement after it."""

    position: int
    level: int
    text: str


def phase(analysis: Analysis, number: int) -> str | None:
    """Return what a statement is for: the strongest role among its calls."""
    roles = {_PHASES.get(c.role or "") for c in analysis.effects[number].calls}
    return next((p for p in _STRENGTH if p in roles), None)


def works(analysis: Analysis, scope: Scope, number: int) -> bool:
    """Say whether a statement computes something, rather than importing or defining."""
    definition = scope.definitions.get(number)
    return not imports(analysis.statements[number]) and (
        definition is None or bool(definition.local)
    )


def stage_cuts(
    analysis: Analysis, scope: Scope, headings: Sequence[Heading], wanted: int | None = None
) -> list[int]:
    """Choose the positions before which a new stage begins, position 0 left out.

    `wanted` is the number of stages; without it three to seven, by the size of the notebook.
    """
    work = [i for i in range(len(analysis.statements)) if works(analysis, scope, i)]
    if len(work) < 3:
        return []
    ideal = wanted or min(7, max(3, round(len(work) / 14)))
    gains = {i: g for i in work[1:] if (g := _gain(analysis, scope, headings, i)) is not None}
    counts = [ideal] if wanted else range(2, 8)
    best = max(
        ((_best(work, gains, count, len(work) / ideal), count) for count in counts),
        key=lambda found: found[0][0] - 1.2 * abs(found[1] - ideal) if found[0] else -math.inf,
    )[0]
    return best[1] if best else []


def _gain(analysis: Analysis, scope: Scope, headings: Sequence[Heading], i: int) -> float | None:
    """Say how good a place to cut this is; None where a cut would be unsound."""
    found = crossing(analysis, scope, i)
    if found.obstacles:
        return None
    gain = -0.35 * max(0, len(found.groups) - 1) - 0.4 * found.random_state
    gain -= 0.3 * sum(len(g) > 1 for g in found.groups)
    level = min((h.level for h in headings if h.position == i), default=None)
    if level is not None:
        gain += 2.0 if level <= 2 else 1.2
    if analysis.statements[i].cell == analysis.statements[i - 1].cell:
        gain -= 1.5
    before = next((p for j in range(i - 1, -1, -1) if (p := phase(analysis, j))), None)
    after = next((p for j in range(i, len(analysis.statements)) if (p := phase(analysis, j))), None)
    here = phase(analysis, i)
    if here and before != here:
        gain += 2.0 if here != "explore" else 0.8
    elif before != after:
        gain += 0.5
    return gain


def _best(work: list[int], gains: dict[int, float], count: int,
          ideal: float) -> tuple[float, list[int]] | None:  # fmt: skip
    """Choose `count - 1` cuts with the highest total gain, parts of similar size preferred."""
    order = {n: k for k, n in enumerate(work)}
    places = [0, *sorted(order[i] for i in gains), len(work)]

    def part(a: int, b: int) -> float:
        size = b - a
        return -0.6 * max(0, 3 - size) - 0.25 * (math.log(size / ideal)) ** 2

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


def sound(
    analysis: Analysis, scope: Scope, positions: Sequence[int]
) -> tuple[list[int], dict[int, Crossing]]:
    """Split positions into those where a cut is sound and those where it is not, with reasons."""
    good: list[int] = []
    bad: dict[int, Crossing] = {}
    for position in positions:
        found = crossing(analysis, scope, position)
        if found.obstacles:
            bad[position] = found
        else:
            good.append(position)
    return good, bad


def partition(
    start: int, end: int, cost: Callable[[int, int], float | None]
) -> list[tuple[int, int]]:
    """Cut `start..end` into parts of the least total cost; None forbids a part.

    A part of one element is always allowed.
    """
    best: dict[int, tuple[float, int]] = {start: (0.0, start)}
    for stop in range(start + 1, end + 1):
        options: list[tuple[float, int]] = []
        for begin in range(stop - 1, start - 1, -1):
            value = cost(begin, stop)
            if value is None:
                if begin < stop - 1:
                    break
                value = 10.0
            options.append((best[begin][0] + value, begin))
        best[stop] = min(options)
    parts: list[tuple[int, int]] = []
    at = end
    while at > start:
        parts.append((best[at][1], at))
        at = best[at][1]
    return parts[::-1]
