"""The plan of a pipeline: stages, their steps, what passes between them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nb2prod.analysis.notebook_flow import Analysis
from nb2prod.notebook import Notebook
from nb2prod.pipeline import naming
from nb2prod.pipeline.crossing import Crossing, crossing
from nb2prod.pipeline.cuts import (
    MAX_LINES,
    Heading,
    partition,
    phase,
    sound,
    stage_cuts,
    works,
)
from nb2prod.pipeline.definitions import Scope, find_scope

# Modules of a generated package that are not stages.
OTHER_MODULES = frozenset(
    {"artifacts", "reporting", "generators", "params", "functions", "settings", "run"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """A run of statements that becomes one function."""

    name: str
    statements: tuple[int, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    text: str = ""  # the Markdown above, for the docstring


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of statements that becomes one module and one stage of the pipeline."""

    name: str
    title: str
    start: int
    end: int
    steps: tuple[Step, ...]
    inputs: Crossing
    outputs: Crossing


@dataclass(frozen=True, slots=True)
class Plan:
    """How a notebook becomes a pipeline."""

    notebook: Notebook
    analysis: Analysis
    scope: Scope
    stages: tuple[Stage, ...]
    headings: tuple[Heading, ...]
    merged: tuple[tuple[int, str], ...] = ()  # (position of a cut that was given up, why)
    names: dict[str, str] = field(default_factory=dict[str, str])


class PlanError(Exception):
    """The notebook can't become a pipeline; the message says why and where."""


def make_plan(
    notebook: Notebook,
    analysis: Analysis,
    *,
    split: str = "auto",
    cuts: Sequence[int] | None = None,
) -> Plan:
    """Plan a pipeline.

    Args:
        notebook: The notebook.
        analysis: Its flow.
        split: "auto", "headings" (a stage for each H2) or "none" (one stage).
        cuts: The positions before which a stage begins, when they are given.

    Raises:
        PlanError: it holds something that no pipeline can do.
    """
    _refuse(analysis)
    scope = find_scope(analysis)
    headings = tuple(find_headings(notebook, analysis))
    merged: dict[int, Crossing] = {}
    if cuts is not None:
        cuts, merged = sound(analysis, scope, cuts)
    elif split == "headings":
        wanted = sorted({h.position for h in headings if h.level == 2 and h.position})
        cuts, merged = sound(analysis, scope, [w for w in wanted if w < len(analysis.statements)])
    elif split == "auto":
        cuts = stage_cuts(analysis, scope, headings)
    else:
        cuts = []
    names = naming.variable_names(_variables(analysis, scope), avoid=_avoid(scope))
    given_up = tuple((p, "; ".join(c.obstacles)) for p, c in merged.items())
    stages = tuple(_stages(analysis, scope, headings, cuts))
    return Plan(notebook, analysis, scope, stages, headings, given_up, names)


def _refuse(analysis: Analysis) -> None:
    if not analysis.statements:
        raise PlanError("the notebook has no code that can be run")
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        for unknown in effect.dynamic:
            line = getattr(unknown.node, "lineno", 1)
            raise PlanError(f"cell {statement.cell + 1}, line {line}: {unknown.reason}")


def find_headings(notebook: Notebook, analysis: Analysis) -> Iterator[Heading]:
    """Find the Markdown headings, each at the first statement after it."""
    for cell in notebook.cells:
        if cell.kind != "markdown":
            continue
        position = next(
            (s.number for s in analysis.statements if s.cell > cell.index), len(analysis.statements)
        )
        for level, text in markdown_headings(cell.source):
            yield Heading(position, level, text)


def markdown_headings(source: str) -> Iterator[tuple[int, str]]:
    """Yield level and text of each heading of a Markdown text, fenced code left out."""
    fenced = False
    for line in source.splitlines():
        if re.match(r"\s*(```|~~~)", line):
            fenced = not fenced
        found = None if fenced else re.match(r"\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$", line)
        if found:
            yield len(found[1]), found[2]


def _variables(analysis: Analysis, scope: Scope) -> set[str]:
    names = {n for e in analysis.effects for n in e.all_binds | e.deletes}
    names |= {n for s in analysis.statements for n in inner_names(s.node)}
    return names - scope.imports.keys() - scope.movable


def inner_names(node: ast.stmt) -> set[str]:
    """Return the variables and parameters inside of functions, those of class bodies left out."""
    names: set[str] = set()
    fixed: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.arg):
            names.add(part.arg)
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            names.add(part.id)
        elif isinstance(part, ast.ClassDef):
            fixed |= {n for member in part.body for n in _class_names(member)}
        if isinstance(part, ast.FunctionDef | ast.ClassDef) and part is not node:
            fixed.add(part.name)
    return names - fixed


def _class_names(member: ast.stmt) -> set[str]:
    if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
        return {member.name}
    return {
        n.id for n in ast.walk(member) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _avoid(scope: Scope) -> frozenset[str]:
    own = {"values", "settings", "partial", "Any", "asyncio"} | {
        "params",
        "show",
        "save_figures",
        "artifacts",
        "reporting",
        "report",
        "main",
        "generators",
    }
    return frozenset(scope.imports) | scope.movable | own


def _stages(
    analysis: Analysis, scope: Scope, headings: Sequence[Heading], cuts: Sequence[int]
) -> Iterator[Stage]:
    bounds = [0, *cuts, len(analysis.statements)]
    taken: set[str] = set(OTHER_MODULES) | set(scope.imports) | scope.movable
    functions: set[str] = set(taken) | {"main", "show", "save_figures", "report"}
    functions |= _variables(analysis, scope)
    for start, end in pairwise(bounds):
        title = _title(headings, start, end)
        name = naming.words(title) or _phase_name(analysis, start, end)
        name = naming.unique(name, taken, [_phase_name(analysis, start, end)])
        taken.add(name)
        steps = tuple(_steps(analysis, scope, headings, start, end, functions))
        yield Stage(
            name,
            title,
            start,
            end,
            steps,
            crossing(analysis, scope, start),
            crossing(analysis, scope, end),
        )


def _title(headings: Sequence[Heading], start: int, end: int) -> str:
    """Return the highest heading of a stage: the one it begins with, else the first in it."""
    at_start = [h for h in headings if h.position == start and h.level <= 3]
    if start and at_start:
        return at_start[-1].text
    inside = [h for h in headings if start <= h.position < end and h.level in (2, 3)]
    return inside[0].text if inside and len(inside) == 1 else ""


def _phase_name(analysis: Analysis, start: int, end: int) -> str:
    found = [p for i in range(start, end) if (p := phase(analysis, i))]
    for strong in ("train", "split", "evaluate"):
        if strong in found:
            return naming.STAGE_NAMES[strong]
    common = max(set(found), key=lambda p: (found.count(p), p), default="prepare")
    return naming.STAGE_NAMES[common]


def _steps(
    analysis: Analysis,
    scope: Scope,
    headings: Sequence[Heading],
    start: int,
    end: int,
    taken: set[str],
) -> Iterator[Step]:
    work = [i for i in range(start, end) if works(analysis, scope, i)]
    places = {h.position for h in headings}
    cost = _step_cost(analysis, scope, work, places)
    for a, b in partition(0, len(work), cost):
        numbers = tuple(work[a:b])
        statements = [analysis.statements[i] for i in numbers]
        effects = [analysis.effects[i] for i in numbers]
        above = [h.text for h in headings if a_start(work, a) < h.position <= numbers[0]]
        name = naming.unique(
            naming.step_name(statements, effects, above[-1] if above else ""),
            taken,
            [naming.main_role(effects) or ""],
        )
        taken.add(name)
        yield Step(
            name,
            numbers,
            tuple(step_inputs(analysis, scope, numbers)),
            tuple(step_outputs(analysis, scope, numbers)),
            above[-1] if above else "",
        )


def a_start(work: Sequence[int], index: int) -> int:
    """Return the statement before a step, -1 before the first."""
    return work[index - 1] if index else -1


def reads(analysis: Analysis, scope: Scope, number: int) -> set[str]:
    """Return the variables that a statement needs, those of the functions it calls included."""
    needed = set(analysis.effects[number].uses)
    for name in list(needed):
        definition = scope.defined(name, number)
        if definition and not definition.local:
            needed |= set(definition.lifted)
    own = scope.definitions.get(number)
    if own and own.local:
        needed |= own.free
    return needed - scope.imports.keys() - scope.movable


def step_inputs(analysis: Analysis, scope: Scope, numbers: Sequence[int]) -> list[str]:
    """Return the variables that a run of statements reads before it binds them."""
    bound: set[str] = set()
    before = {n for e in analysis.effects[: numbers[0]] for n in e.all_binds}
    inputs: dict[str, None] = {}
    for number in numbers:
        kept = analysis.effects[number].may_bind & analysis.live[number + 1]
        needed = reads(analysis, scope, number) | kept
        inputs |= dict.fromkeys(n for n in sorted(needed) if n not in bound and n in before)
        bound |= analysis.effects[number].binds
        bound -= analysis.effects[number].deletes
    return list(inputs)


def step_outputs(analysis: Analysis, scope: Scope, numbers: Sequence[int]) -> list[str]:
    """Return the variables that a run of statements sets or changes and that are read later."""
    after = numbers[-1] + 1
    later: set[str] = set()
    for position in range(after, len(analysis.statements)):
        if works(analysis, scope, position):
            break
    live = set(analysis.live[after])
    for name in list(live):
        definition = scope.defined(name, len(analysis.statements))
        if definition and not definition.local:
            live |= set(definition.lifted)
    changed: dict[str, None] = {}
    inputs = set(step_inputs(analysis, scope, numbers))
    for number in numbers:
        effect = analysis.effects[number]
        changed |= dict.fromkeys(sorted(effect.all_binds))
        changed |= dict.fromkeys(n for n in sorted(effect.mutates) if n in inputs)
        for name in effect.deletes:
            changed.pop(name, None)
    return [
        n
        for n in changed
        if n in live | later and n not in scope.imports and n not in scope.movable
    ]


def _step_cost(
    analysis: Analysis, scope: Scope, work: Sequence[int], headings: set[int]
) -> Callable[[int, int], float | None]:
    sizes = [analysis.statements[i].code.count("\n") + 1 for i in work]

    def pinned(position: int) -> bool:
        """A function that was made in place has to stay with those that call it."""
        return any(
            (d := scope.defined(n, position)) is not None and bool(d.local)
            for n in analysis.live[position]
        )

    pins = [pinned(i) for i in work]

    def cost(a: int, b: int) -> float | None:
        lines = sum(sizes[a:b])
        free_end = b == len(work) or not pins[b]
        if lines > MAX_LINES + 40 and b - a > 1 and free_end:
            return None
        numbers = work[a:b]
        inputs = len(step_inputs(analysis, scope, numbers))
        outputs = len(step_outputs(analysis, scope, numbers))
        value = (
            1.5 + 0.25 * max(0, inputs - 2) + 2.5 * max(0, inputs - 5) + 0.3 * max(0, outputs - 2)
        )
        value += (lines / 22) ** 2 + (30 + lines if lines > MAX_LINES and b - a > 1 else 0)
        bound = {n for i in numbers for n in analysis.effects[i].all_binds}
        value += 1.0 * max(0, inputs + len(bound) - 13)
        if not free_end or (a and pins[a]):
            value += 1000.0
        if b < len(work):
            same_cell = analysis.statements[work[b]].cell == analysis.statements[work[b - 1]].cell
            value += 2.5 if same_cell else -1.0 if work[b] in headings else 0.0
            value -= 0.8 * (phase(analysis, work[b]) != phase(analysis, work[b - 1]))
        return value

    return cost
