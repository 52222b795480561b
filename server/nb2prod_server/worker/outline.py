"""The outline of a notebook: for each cell its pipeline stage, what it reads and what it writes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from nb2prod.analysis.flow import Analysis, analyse, imports
from nb2prod.analysis.program import read_program
from nb2prod.capability import reserved
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.plan import Plan, PlanError
from nb2prod.pipeline.planner import make_plan
from nb2prod.text.python import not_python
from nb2prod_server.worker.messages import CellOutline, Outline


def outline(notebook: Notebook) -> Outline:
    """Return the outline of a notebook, which is never run."""
    program = read_program(notebook)
    refusal = ""
    if program.broken:
        first = program.broken[0]
        refusal = f"cell {first.cell + 1}, line {first.line}: {not_python(first.message)}"
    elif program.obstacles:
        cell, text = program.obstacles[0]
        refusal = f"cell {cell + 1}: {text}"
    analysis = analyse(program)
    plan: Plan | None = None
    if not refusal:
        try:
            plan = make_plan(notebook, analysis, reserved=frozenset(reserved()))
        except PlanError as error:
            refusal = str(error)
    cells = {cell: _cell(analysis, plan, cell) for cell in {s.cell for s in analysis.statements}}
    titles = {n: stage.title for n, stage in enumerate(plan.stages, 1)} if plan else {}
    return Outline(cells, titles, refusal)


def _cell(analysis: Analysis, plan: Plan | None, cell: int) -> CellOutline:
    numbers = [s.number for s in analysis.statements if s.cell == cell]
    effects = [analysis.effects[n] for n in numbers]
    own: set[str] = set()
    reads: dict[str, None] = {}
    fixed = {
        name
        for statement, effect in zip(analysis.statements, analysis.effects, strict=True)
        if imports(statement)
        for name in effect.all_binds
    }
    for effect in effects:
        reads |= dict.fromkeys(sorted(effect.uses - own - fixed))
        own |= effect.binds
    known = {name for effect in analysis.effects for name in effect.all_binds}
    after = analysis.live[numbers[-1] + 1]
    made = {n for effect in effects for n in effect.all_binds | effect.mutates} & after - fixed
    paths = list(chain.from_iterable(effect.paths for effect in effects))
    # Imports belong to every stage, wherever they are.
    first = next((n for n in numbers if not imports(analysis.statements[n])), numbers[0])
    stages = list(enumerate(plan.stages, 1)) if plan else []
    number, stage = next(((n, s.name) for n, s in stages if s.start <= first < s.end), (0, ""))
    return CellOutline(
        stage,
        number,
        (*(n for n in reads if n in known), *_files(p.path for p in paths if not p.writes)),
        (*sorted(made), *_files(p.path for p in paths if p.writes)),
    )


def _files(paths: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(path for path in paths if path))
