"""From a notebook to its plan: the one way, for the command line and the editor alike.

Nothing that generates or runs is imported for it: a plan is shown in an instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from nb2prod import capability
from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import Program, read_program
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.borders import COPYING, Copying
from nb2prod.pipeline.held_secrets import refuse_secrets
from nb2prod.pipeline.plan import Plan, PlanError, cell_ranges
from nb2prod.pipeline.plan_from_yaml import PlanFileError, read_plan_document
from nb2prod.pipeline.planner import make_plan
from nb2prod.text.python import depth, not_python
from nb2prod.text.read_file import read_text_file


class InputError(Exception):
    """An input file can't be used; the message says which one and why."""


def plan_of(
    notebook: Notebook,
    *,
    split: str = "auto",
    plan_file: Path | None = None,
    copying: Copying = COPYING,
) -> Plan:
    """Return the plan of a notebook: a new one, or the one in an edited plan file.

    Args:
        notebook: The notebook.
        split: "auto", "headings" (a stage for each H2) or "none" (one stage); ignored with a
            plan file.
        plan_file: An edited plan.
        copying: The data files that may be copied.

    Raises:
        PlanError: The notebook can't become a pipeline; the message has the cell and the reason.
        InputError: The plan file can't be read, or is not a plan of this notebook.
    """
    program = read_program(notebook)
    _refuse(program)
    refuse_secrets(notebook)
    reserved = capability.reserved()
    try:
        analysis = analyse(program)
        if plan_file is None:
            names = frozenset(reserved)
            return make_plan(notebook, analysis, split=split, copying=copying, reserved=names)
    except RecursionError:
        cell = max(program.statements, key=lambda s: depth(s.node)).cell
        raise PlanError(f"cell {cell + 1}: the code is nested too deeply; split it") from None
    try:
        return read_plan_document(
            _text_of(plan_file),
            notebook,
            analysis,
            copying=copying,
            reserved=reserved,
            capabilities=capability.names(),
        )
    except PlanFileError as error:
        raise InputError(f"{plan_file}: {error}") from None


def _refuse(program: Program) -> None:
    """Raise PlanError for cells that are not Python, or that a project can't reproduce."""
    if program.broken:
        first, *others = program.broken
        more = f" (also {cell_ranges([c.cell + 1 for c in others])})" if others else ""
        where = f"cell {first.cell + 1}, line {first.line}"
        raise PlanError(f"{where}: {not_python(first.message)}{more}")
    if program.obstacles:
        number, text = program.obstacles[0]
        raise PlanError(f"cell {number + 1}: {text}")


def _text_of(path: Path) -> str:
    try:
        return read_text_file(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"{path}: {reason}") from None


def with_proposals(plan: Plan) -> Plan:
    """Return the plan with the choices that each capability offers, such as the model to serve.

    Raises:
        PlanError: The plan asks for something that the notebook does not have.
    """
    for name in capability.names():
        if propose := capability.load(name).propose:
            plan = propose(plan)
    return plan


def with_capabilities(plan: Plan, names: Iterable[str]) -> Plan:
    """Return the plan with these capabilities added, and those that they need."""
    return replace(plan, wanted=frozenset(capability.with_needed({*plan.wanted, *names})))
