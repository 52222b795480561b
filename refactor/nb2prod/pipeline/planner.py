"""Planning: stages and steps, with their names, from the data flow of a notebook."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from nb2prod.analysis.flow import Analysis, imports
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.borders import COPYING, Copying
from nb2prod.pipeline.crossing import Crossing, crossing
from nb2prod.pipeline.cuts import heading_cuts, sound, stage_cuts
from nb2prod.pipeline.data import find_data
from nb2prod.pipeline.dataflow import Dataflow, follow
from nb2prod.pipeline.english import asked, imperative, words
from nb2prod.pipeline.free_names import unique, variable_names
from nb2prod.pipeline.parameters import find_parameters
from nb2prod.pipeline.phases import STAGE_NAMES, phase
from nb2prod.pipeline.plan import Plan, PlanError, Stage, Step
from nb2prod.pipeline.prose import Prose, read_prose
from nb2prod.pipeline.step_content import StepContent
from nb2prod.pipeline.step_names import step_names
from nb2prod.pipeline.steps import StepCost, partition

# The modules that a generated package has or may have, and the names that its modules use.
OWN_MODULES = frozenset(
    {"artifacts", "reporting", "generators", "params", "functions", "settings", "run"}
)
_OWN_NAMES = frozenset(
    {"artifacts", "reporting", "generators", "params", "settings",
     "values", "partial", "Any", "asyncio", "show", "save_figures", "report", "main", "Path"}
)  # fmt: skip


def make_plan(
    notebook: Notebook,
    analysis: Analysis,
    *,
    split: str = "auto",
    copying: Copying = COPYING,
    reserved: frozenset[str] = frozenset(),
) -> Plan:
    """Plan a pipeline.

    Args:
        notebook: The notebook.
        analysis: The analysis of the notebook.
        split: "auto", "headings" (a stage for each H2) or "none" (one stage).
        copying: The data files that may be copied.
        reserved: Names of modules that capabilities may add.

    Raises:
        PlanError: The notebook does something that no pipeline can do.
    """
    refuse(analysis)
    flow = follow(analysis)
    prose = read_prose(notebook, analysis.statements)
    merged: dict[int, Crossing] = {}
    cuts: list[int] = []
    if split == "headings":
        cuts, merged = sound(flow, heading_cuts(flow, prose))
    elif split == "auto":
        cuts = stage_cuts(flow, prose)
    runs = _step_runs(flow, prose, cuts)
    given_up = tuple((p, "; ".join(c.obstacles)) for p, c in merged.items())
    return assemble(notebook, flow, prose, cuts, runs, given_up, copying=copying, reserved=reserved)


def refuse(analysis: Analysis) -> None:
    """Refuse a notebook that no pipeline can reproduce.

    Raises:
        PlanError: It has no code, runs text as code, or waits for input.
    """
    if not analysis.statements:
        raise PlanError("the notebook has no code that can be run")
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        for unknown in effect.dynamic:
            line = getattr(unknown.node, "lineno", 1)
            raise PlanError(f"cell {statement.cell + 1}, line {line}: {unknown.reason}")


def assemble(
    notebook: Notebook,
    flow: Dataflow,
    prose: Prose,
    cuts: Sequence[int],
    runs: Sequence[Sequence[int]],
    merged: tuple[tuple[int, str], ...] = (),
    *,
    copying: Copying = COPYING,
    reserved: frozenset[str] = frozenset(),
) -> Plan:
    """Return the plan with these stages and steps.

    Args:
        notebook: The notebook.
        flow: The data flow of the notebook.
        prose: The Markdown of the notebook.
        cuts: The positions before which a stage begins, except the first stage.
        runs: The statements of each step, in order; none crosses a cut.
        merged: The cuts that were given up, with the reasons.
        copying: The data files that may be copied.
        reserved: Names of modules that capabilities may add.
    """
    analysis, scope = flow.analysis, flow.scope
    variables = _variables(flow)
    names = variable_names(
        variables,
        avoid=frozenset(scope.imports) | scope.movable | _OWN_NAMES | reserved,
        kept=analysis.in_texts | _imported(analysis),
    )
    steps = list(_named_steps(flow, prose, runs, {*variables, *names.values(), *reserved}))
    stages = list(_named_stages(flow, prose, cuts, steps, reserved))
    data = find_data(notebook, analysis, copying)
    plan = Plan(
        notebook, analysis, scope, prose, tuple(stages), names, data, (), merged, reserved=reserved
    )
    return replace(plan, parameters=tuple(find_parameters(plan)))


def _named_stages(
    flow: Dataflow,
    prose: Prose,
    cuts: Sequence[int],
    steps: Sequence[Step],
    reserved: frozenset[str],
) -> Iterator[Stage]:
    taken = {*OWN_MODULES, *reserved, *flow.scope.imports, *flow.scope.movable}
    for start, end in pairwise([0, *cuts, len(flow.analysis.statements)]):
        inside = tuple(s for s in steps if start <= s.statements[0] < end)
        title = _title(prose, flow, start, end)
        common = _phase_name(flow.analysis, start, end)
        heading = words(asked(title))
        others = [common, *(s.name for s in inside)]
        name = unique(imperative(heading) or heading or common, taken, others)
        taken.add(name)
        before, after = (crossing(flow.analysis, flow.scope, at) for at in (start, end))
        yield Stage(name, title, start, end, inside, before, after)


def join_stages(plan: Plan, index: int) -> Plan:
    """Return the plan with a stage joined to the one before it; the steps do not change."""
    first, second = plan.stages[index - 1], plan.stages[index]
    joined = replace(
        first, end=second.end, steps=first.steps + second.steps, outputs=second.outputs
    )
    stages = (*plan.stages[: index - 1], joined, *plan.stages[index + 1 :])
    plan = replace(plan, stages=stages)
    return replace(plan, parameters=tuple(find_parameters(plan)))


def split_after(plan: Plan, number: int) -> Plan:
    """Return the plan with the step of a statement split, so that it ends with the statement."""
    found = plan.step_of(number)
    if found is None or found[1].statements[-1] == number:
        return plan
    stage, step = found
    taken = {*plan.names.values(), *plan.reserved, *(s.name for s in plan.steps if s is not step)}
    runs = [[n for n in step.statements if (n > number) == after] for after in (False, True)]
    halves = _named_steps(follow(plan.analysis), plan.prose, runs, taken)
    at = stage.steps.index(step)
    split = replace(stage, steps=(*stage.steps[:at], *halves, *stage.steps[at + 1 :]))
    plan = replace(plan, stages=tuple(split if s is stage else s for s in plan.stages))
    return replace(plan, parameters=tuple(find_parameters(plan)))


def _step_runs(flow: Dataflow, prose: Prose, cuts: Sequence[int]) -> list[list[int]]:
    work = [i for i in range(len(flow.analysis.statements)) if flow.works(i)]
    forced = {work[at] for cut in cuts if (at := bisect_left(work, cut)) < len(work)}
    cost = StepCost(flow, prose, work, forced)
    return [work[a:b] for a, b in partition(len(work), cost)]


def _named_steps(
    flow: Dataflow, prose: Prose, runs: Sequence[Sequence[int]], variables: set[str]
) -> Iterator[Step]:
    scope = flow.scope
    taken = {*variables, *_OWN_NAMES, *scope.imports, *scope.movable}
    before = -1
    for run in runs:
        outputs = flow.outputs(run)
        heading = prose.heading_at(run[0], after=before)
        title = heading.text if heading else ""
        content = StepContent(
            [flow.analysis.statements[i] for i in run],
            [flow.analysis.effects[i] for i in run],
            outputs,
            title,
        )
        first, *others = step_names(content)
        name = unique(first, taken, others)
        taken.add(name)
        text = tuple(prose.text_between(before, run[0]))
        yield Step(name, tuple(run), tuple(flow.inputs(run)), tuple(outputs), title, text)
        before = run[-1]


def _imported(analysis: Analysis) -> set[str]:
    """Return the names that imports bind; they must not be renamed."""
    pairs = zip(analysis.statements, analysis.effects, strict=True)
    return {n for s, e in pairs if imports(s) for n in e.all_binds}


def _variables(flow: Dataflow) -> set[str]:
    names = {n for e in flow.analysis.effects for n in e.all_binds | e.deletes}
    names |= {n for s in flow.analysis.statements for n in inner_names(s.node)}
    return names - flow.scope.imports.keys() - flow.scope.movable - _placeholders(flow)


def _placeholders(flow: Dataflow) -> set[str]:
    """Return names such as `_` that are never read; they are not renamed."""
    nodes = (n for s in flow.analysis.statements for n in ast.walk(s.node))
    used = [n for n in nodes if isinstance(n, ast.Name) and not n.id.strip("_")]
    return {n.id for n in used} - {n.id for n in used if isinstance(n.ctx, ast.Load)}


def inner_names(node: ast.stmt) -> set[str]:
    """Return the variables and parameters inside functions, except those of class bodies."""
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


def _title(prose: Prose, flow: Dataflow, start: int, end: int) -> str:
    """Return the heading that a stage begins with, or else its only section heading."""
    work = [i for i in range(len(flow.analysis.statements)) if flow.works(i)]
    before = max((i for i in work if i < start), default=-1)
    first = next((i for i in work if i >= start), start)
    heading = prose.heading_at(first, after=before)
    if heading and (start or heading.level > 1):
        return heading.text
    # A heading belongs to the first statement after it that computes something.
    begins = ((h, next((i for i in work if i >= h.position), -1)) for h in prose.headings)
    inside = [h for h, at in begins if start <= at < end and h.level in (2, 3)]
    return inside[0].text if len(inside) == 1 else ""


def _phase_name(analysis: Analysis, start: int, end: int) -> str:
    found = [p for i in range(start, end) if (p := phase(analysis, i))]
    for strong in ("train", "split", "evaluate"):
        if strong in found:
            return STAGE_NAMES[strong]
    if not start and "load" in found:
        return STAGE_NAMES["load"]
    common = max(set(found), key=lambda p: (found.count(p), p), default="prepare")
    return STAGE_NAMES[common]
