"""Cutting a notebook into steps, each of which becomes a function."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Protocol

from nb2prod.analysis.program import Statement
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.phases import phase
from nb2prod.pipeline.prose import Prose

MAX_LINES = 36  # of a function's body
_IDEAL_LINES = 12
_FORBIDDEN = 1000.0
_MOST_LINES = 1000  # of a step that local functions hold together
_ROUNDING = 1e-6  # of sums of costs
# A function should do only one of these; exploring and saving go with any of them.
_WORKS = frozenset({"load", "prepare", "split", "train", "evaluate"})


class Cost(Protocol):
    """The cost of making one part of the elements from `a` to before `b`."""

    def at_least(self, a: int, b: int) -> float | None:
        """Return a quick lower bound; None if the part is forbidden."""
        ...

    def exactly(self, a: int, b: int) -> float:
        """Return the cost of a part that is not forbidden."""
        ...


def partition(end: int, cost: Cost) -> list[tuple[int, int]]:
    """Cut `0..end` into parts of the least total cost.

    If a part is forbidden, so are those that end with it and are longer; one element is a part.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for stop in range(1, end + 1):
        bounds: list[tuple[float, int]] = []
        for begin in range(stop - 1, -1, -1):
            least = cost.at_least(begin, stop)
            if least is None:
                break
            bounds.append((best[begin][0] + least, begin))
        found = (math.inf, stop)
        for bound, begin in sorted(bounds):
            if bound > found[0] + _ROUNDING:
                break
            found = min(found, (best[begin][0] + cost.exactly(begin, stop), begin))
        best.append(found)
    parts: list[tuple[int, int]] = []
    at = end
    while at > 0:
        parts.append((best[at][1], at))
        at = best[at][1]
    return parts[::-1]


class StepCost:
    """The cost of making one function of `work[a:b]`.

    The cheapest functions have a dozen lines, few parameters and results, do one kind of work,
    and begin where the author began something new: at a heading or a cell.
    """

    def __init__(
        self, flow: Dataflow, prose: Prose, work: Sequence[int], forced: Collection[int]
    ) -> None:
        """Prepare the costs.

        Args:
            flow: The data flow of the notebook.
            prose: The Markdown of the notebook.
            work: The statements that compute something.
            forced: The statements that have to begin a function.
        """
        analysis = flow.analysis
        self._flow, self._work = flow, work
        sizes = (analysis.statements[i].code.count("\n") + 1 for i in work)
        self._lines = [0, *accumulate(sizes)]
        self._phases = [phase(analysis, i) for i in work]
        self._pinned = _pinned(flow, work)
        self._borders = [
            0.0 if work[k] in forced else border
            for k, border in enumerate(_borders(flow, prose, work, self._phases))
        ]
        self._begins = [k for k, at in enumerate(work) if at in forced]
        # Only a step with local functions may have to be longer, so that it is not cut within them.
        self._limit = MAX_LINES + (40 if any(self._pinned) else 0)

    def at_least(self, a: int, b: int) -> float | None:
        """Return the cost without that of parameters and results; None if it is forbidden."""
        lines = self._lines[b] - self._lines[a]
        if b - a > 1:
            limit = self._limit if self._free_end(b) else _MOST_LINES
            begins = bisect_left(self._begins, b) - bisect_right(self._begins, a)
            if begins or lines > limit:
                return None
        value = 2.0 + (max(0, lines - _IDEAL_LINES) / 9) ** 2
        if not self._free_end(b) or (a and self._pinned[a]):
            value += _FORBIDDEN
        return value + (self._borders[a] if a else 0.0)

    def exactly(self, a: int, b: int) -> float:
        """Return the cost."""
        lines = self._lines[b] - self._lines[a]
        numbers = self._work[a:b]
        inputs, outputs = map(len, self._flow.ends(numbers))
        value = 2.0 + 0.25 * max(0, inputs - 2) + 2.5 * max(0, inputs - 5)
        value += 0.3 * max(0, outputs - 2) + 1.0 * max(0, outputs - 4)
        value += (max(0, lines - _IDEAL_LINES) / 9) ** 2
        if lines > MAX_LINES and b - a > 1:
            value += 30 + lines
        bound = {n for i in numbers for n in self._flow.analysis.effects[i].all_binds}
        value += 1.0 * max(0, inputs + len(bound) - 13)
        value += 0.8 * max(0, len(_WORKS.intersection(self._phases[a:b])) - 1)
        if not self._free_end(b) or (a and self._pinned[a]):
            value += _FORBIDDEN
        return value + (self._borders[a] if a else 0.0)

    def _free_end(self, b: int) -> bool:
        return b == len(self._work) or not self._pinned[b]


def _borders(
    flow: Dataflow, prose: Prose, work: Sequence[int], phases: Sequence[str | None]
) -> Iterator[float]:
    """Yield the cost (negative: the gain) of beginning a function with each statement."""
    statements = flow.analysis.statements
    nexts = _next_phases(flow, work, phases)
    earlier: str | None = None
    for k, at in enumerate(work):
        before = work[k - 1]
        if not k:
            yield 0.0
        elif _same_cell(statements, at, before):
            yield 1.5 if statements[at].code.startswith("#") else 3.0
        else:
            value = 0.0
            heading = prose.heading_at(at, after=before)
            if heading:
                value -= 3.5 if heading.level <= 3 else 2.0
            elif prose.text_between(before, at):
                value -= 0.4
            if nexts[k] and earlier and nexts[k] != earlier:
                value -= 0.8
            yield value
        earlier = phases[k] or earlier


def _next_phases(
    flow: Dataflow, work: Sequence[int], phases: Sequence[str | None]
) -> list[str | None]:
    """Return the first phase from each statement to the end of its cell.

    A cell may create its model before it trains it.
    """
    found: list[str | None] = []
    for k in reversed(range(len(work))):
        same = found and _same_cell(flow.analysis.statements, work[k], work[k + 1])
        found.append(phases[k] or (found[-1] if same else None))
    return found[::-1]


def _same_cell(statements: Sequence[Statement], one: int, other: int) -> bool:
    return statements[one].cell == statements[other].cell


def _pinned(flow: Dataflow, work: Sequence[int]) -> list[bool]:
    """Return for each position whether a local function is needed both before and after it."""
    local = {d.name for d in flow.scope.definitions.values() if d.local}
    return [
        any(
            flow.analysis.live.at(position, name)
            and (d := flow.scope.defined(name, position)) is not None
            and bool(d.local)
            for name in local
        )
        for position in work
    ]
