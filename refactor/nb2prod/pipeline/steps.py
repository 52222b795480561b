"""Cutting a notebook into steps, each of which becomes a function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from nb2prod.analysis.program import Statement
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.phases import phase
from nb2prod.pipeline.prose import Prose

MAX_LINES = 36  # of a function's body
_IDEAL_LINES = 12
_FORBIDDEN = 1000.0
# A function should do only one of these; exploring and saving go with any of them.
_WORKS = frozenset({"load", "prepare", "split", "train", "evaluate"})


def partition(
    start: int, end: int, cost: Callable[[int, int], float | None]
) -> list[tuple[int, int]]:
    """Cut `start..end` into parts of the least total cost.

    A cost of None forbids a part, unless it has only one element.
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


def step_cost(
    flow: Dataflow, prose: Prose, work: Sequence[int], forced: Collection[int]
) -> Callable[[int, int], float | None]:
    """Return the function that gives the cost of making one function of `work[a:b]`.

    The cheapest functions have a dozen lines, few parameters and results, do one kind of work,
    and begin where the author began something new: at a heading or a cell.

    Args:
        flow: The data flow of the notebook.
        prose: The Markdown of the notebook.
        work: The statements that compute something.
        forced: The statements that have to begin a function.
    """
    analysis = flow.analysis
    sizes = [analysis.statements[i].code.count("\n") + 1 for i in work]
    phases = [phase(analysis, i) for i in work]
    pinned = [_pinned(flow, i) for i in work]
    borders = [
        0.0 if at in forced else _border(flow, prose, work, phases, k) for k, at in enumerate(work)
    ]
    begins = {k for k, at in enumerate(work) if at in forced}
    # Only a step with local functions may have to be longer, so that it is not cut within them.
    limit = MAX_LINES + (40 if any(pinned) else 0)

    def cost(a: int, b: int) -> float | None:
        lines = sum(sizes[a:b])
        free_end = b == len(work) or not pinned[b]
        if b - a > 1 and (begins & set(range(a + 1, b)) or (lines > limit and free_end)):
            return None
        numbers = work[a:b]
        inputs, outputs = map(len, flow.ends(numbers))
        value = 2.0 + 0.25 * max(0, inputs - 2) + 2.5 * max(0, inputs - 5)
        value += 0.3 * max(0, outputs - 2) + 1.0 * max(0, outputs - 4)
        value += (max(0, lines - _IDEAL_LINES) / 9) ** 2
        if lines > MAX_LINES and b - a > 1:
            value += 30 + lines
        bound = {n for i in numbers for n in analysis.effects[i].all_binds}
        value += 1.0 * max(0, inputs + len(bound) - 13)
        value += 0.8 * max(0, len(_WORKS.intersection(phases[a:b])) - 1)
        if not free_end or (a and pinned[a]):
            value += _FORBIDDEN
        return value + (borders[a] if a else 0.0)

    return cost


def _border(
    flow: Dataflow, prose: Prose, work: Sequence[int], phases: Sequence[str | None], k: int
) -> float:
    """Return the cost (negative: the gain) of beginning a function with a statement."""
    if not k:
        return 0.0
    statements = flow.analysis.statements
    at, before = work[k], work[k - 1]
    if _same_cell(statements, at, before):
        return 1.5 if statements[at].code.startswith("#") else 3.0
    value = 0.0
    heading = prose.heading_at(at, after=before)
    if heading:
        value -= 3.5 if heading.level <= 3 else 2.0
    elif any(before < position <= at for position, _ in prose.paragraphs):
        value -= 0.4
    earlier = next((p for p in reversed(phases[:k]) if p), None)
    # A cell may create its model before it trains it.
    cell = (p for i, p in zip(work[k:], phases[k:], strict=True) if _same_cell(statements, at, i))
    here = next(filter(None, cell), None)
    if here and earlier and here != earlier:
        value -= 0.8
    return value


def _same_cell(statements: Sequence[Statement], one: int, other: int) -> bool:
    return statements[one].cell == statements[other].cell


def _pinned(flow: Dataflow, position: int) -> bool:
    """Return whether a local function is needed both before and after a position."""
    return any(
        (d := flow.scope.defined(n, position)) is not None and bool(d.local)
        for n in flow.analysis.live[position]
    )
