"""The plan as a file that a person can read, edit and hand back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import yaml

from nb2prod.analysis.flow import Analysis
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.cuts import sound
from nb2prod.pipeline.data import LIMIT, left_behind
from nb2prod.pipeline.dataflow import Dataflow, follow
from nb2prod.pipeline.english import RESERVED
from nb2prod.pipeline.parameters import find_parameters
from nb2prod.pipeline.plan import Plan, PlanError, Step, served_from
from nb2prod.pipeline.planner import OWN_MODULES, assemble, refuse
from nb2prod.pipeline.prose import read_prose

_HEADER = """\
# How {name} becomes a pipeline. Edit it, and hand it back:
#   nb2prod refactor {path} --plan THIS_FILE --output DIR
# Names can be changed, and the cells of stages and steps; all statements stay, in their order.
# A cell is counted from 1, as Markdown cells are; 4.2 is the second statement of cell 4.
# What a step takes and gives, parameters and obstacles are found anew, and ignored here.
"""
_PLACE = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)


class PlanFileError(Exception):
    """A file is no plan, or not one of this notebook; the message says where."""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, indentless and False)


class _Flow(list[str]):
    """A list that is written on one line."""


_Dumper.add_representer(
    _Flow, lambda d, v: d.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True)
)


def as_yaml(value: Any) -> str:
    """Return a value as YAML, keys in order, lists indented."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def plan_document(plan: Plan) -> str:
    """Return the text of the plan's file."""
    stages: list[dict[str, Any]] = []
    for stage in plan.stages:
        entry: dict[str, Any] = {"name": stage.name}
        if stage.title:
            entry["title"] = stage.title
        if stage.inputs.names:
            entry["loads"] = _Flow(plan.names.get(n, n) for n in stage.inputs.names)
        if stage.inputs.random_state:
            entry["random_state"] = "goes on from the stage before"
        entry["steps"] = [_step(plan, step) for step in stage.steps]
        stages.append(entry)
    content: dict[str, Any] = {"notebook": plan.notebook.path.name, "stages": stages}
    if obstacles := list(obstacles_of(plan)):
        content["obstacles"] = obstacles
    name = plan.notebook.path.name
    return (
        _HEADER.format(name=name, path=shlex.quote(name))
        + as_yaml(content)
        + _service(plan)
        + _capabilities(plan)
    )


def _service(plan: Plan) -> str:
    """Return the lines about the model that a service would have."""
    if not plan.served:
        return ""
    model, *others = (plan.names.get(n, n) for n in plan.served)
    also = f"; other models: {', '.join(others)}" if others else ""
    comments = f"# The model of a service{also}.\n# {served_from(plan)}\n"
    return comments + as_yaml({"served": model})


def _capabilities(plan: Plan) -> str:
    """Return the line about what the project has besides its pipeline."""
    about = (
        "# What the project has besides its pipeline: `nb2prod add --list` shows what there is.\n"
    )
    return about + as_yaml({"with": _Flow(sorted(plan.wanted))})


def _step(plan: Plan, step: Step) -> dict[str, Any]:
    span = _range(Dataflow(plan.analysis, plan.scope), step)
    cells = int(span) if span.isdecimal() else span
    entry: dict[str, Any] = {"name": step.name, "cells": cells}
    if step.inputs:
        entry["takes"] = _Flow(plan.names.get(n, n) for n in step.inputs)
    if step.outputs:
        entry["gives"] = _Flow(plan.names.get(n, n) for n in step.outputs)
    parameters = {p.name: p.value for p in plan.parameters if p.step == step.name}
    if parameters:
        entry["parameters"] = parameters
    return entry


def obstacles_of(plan: Plan) -> Iterator[str]:
    """Yield what stands in the way: cuts that are unsound, files that are missing, unknowns."""
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        yield f"cell {cell}: no stage can begin here: {reason}"
    yield from left_behind(plan.data)
    for statement, effect in zip(plan.analysis.statements, plan.analysis.effects, strict=True):
        for unknown in effect.unknowns:
            cell = statement.cell + 1
            yield f"cell {cell}: {unknown.reason}; it is taken to change its arguments"


def _range(flow: Dataflow, step: Step) -> str:
    """Return the cells of a step: `4-6`, or `4.2-6.1` where it begins or ends within a cell."""
    analysis = flow.analysis
    first, last = step.statements[0], step.statements[-1]
    (begin, inner), (end, inner_end) = (analysis.program.place(n) for n in (first, last))
    in_begin = [s.number for s in analysis.statements if s.cell == begin - 1]
    in_end = [s.number for s in analysis.statements if s.cell == end - 1]
    head = (
        f"{begin}" if not any(flow.works(n) for n in in_begin if n < first) else f"{begin}.{inner}"
    )
    tail = f"{end}" if not any(flow.works(n) for n in in_end if n > last) else f"{end}.{inner_end}"
    return head if head == tail else f"{head}-{tail}"


def read_plan_document(
    text: str,
    notebook: Notebook,
    analysis: Analysis,
    *,
    limit: int = LIMIT,
    reserved: frozenset[str] = frozenset(),
    capabilities: Collection[str] = (),
) -> Plan:
    """Make the plan that a file describes.

    Args:
        text: Of the file.
        notebook: The notebook.
        analysis: Its flow.
        limit: The size in bytes above which a data file is not copied.
        reserved: Names of modules that other parts of the project may need.
        capabilities: Those that a project can have.

    Raises:
        PlanFileError: the file is no plan, or not one of this notebook; the message says where.
        PlanError: a stage begins where none can.
    """
    refuse(analysis)
    flow = follow(analysis)
    content = _content(text)
    stages = list(_stages(content))
    steps = [step for _, inside in stages for step in inside]
    taken = {*OWN_MODULES, *reserved, *flow.scope.imports, *flow.scope.movable}
    _check_names([name for name, _ in stages], taken)
    _check_names([s["name"] for s in steps], taken)
    runs = _runs(flow, steps)
    starts: list[int] = []
    done = 0
    for _, inside in stages:
        starts.append(runs[done][0])
        done += len(inside)
    _, unsound = sound(flow, starts[1:])
    for position, found in unsound.items():
        cell = analysis.statements[position].cell + 1
        reason = "; ".join(found.obstacles)
        raise PlanError(f"the plan begins a stage at cell {cell}, which is not sound: {reason}")
    prose = read_prose(notebook, analysis.statements)
    plan = assemble(notebook, flow, prose, starts[1:], runs, limit=limit, reserved=reserved)
    plan = _renamed(plan, [name for name, _ in stages], [s["name"] for s in steps])
    plan = replace(plan, wanted=_wanted(content, capabilities))
    return with_chosen(plan, content["served"]) if content.get("served") else plan


def with_chosen(plan: Plan, name: Any) -> Plan:
    """Return the plan with the model that a person wants to be served.

    Args:
        plan: The plan.
        name: The name of the model's variable in the project.

    Raises:
        PlanFileError: no variable has this name.
    """
    own = {new: old for old, new in plan.names.items()}
    if not isinstance(name, str) or name not in own:
        raise PlanFileError(f"the plan serves {name!r}, which is no variable of the notebook")
    return replace(plan, chosen=own[name])


def _wanted(content: Mapping[str, Any], capabilities: Collection[str]) -> frozenset[str]:
    found: Any = content.get("with") or []
    if not isinstance(found, list):
        raise PlanFileError("what the plan is `with` has to be a list, [api] for instance")
    names = cast("list[Any]", found)
    if unknown := [name for name in names if name not in capabilities]:
        raise PlanFileError(f"the plan is with {unknown[0]!r}; there are {', '.join(capabilities)}")
    return frozenset(map(str, names))


def _renamed(plan: Plan, stages: Sequence[str], steps: Sequence[str]) -> Plan:
    names = iter(steps)
    renamed = tuple(
        replace(stage, name=name, steps=tuple(replace(s, name=next(names)) for s in stage.steps))
        for stage, name in zip(plan.stages, stages, strict=True)
    )
    plan = replace(plan, stages=renamed)
    return replace(plan, parameters=tuple(find_parameters(plan)))


def _content(text: str) -> Mapping[str, Any]:
    try:
        # Texts only: as a number, 4.10 would be 4.1.
        content: Any = yaml.load(text, yaml.BaseLoader)  # noqa: S506
    except RecursionError:
        raise PlanFileError("the plan is nested too deeply") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise PlanFileError(f"the plan is not YAML: {reason}") from None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _stages(content: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield the name and the steps of each stage of a plan's file."""
    stages = _entries(content, "stages")
    if not stages:
        raise PlanFileError("the plan has no list of stages")
    for number, stage in enumerate(stages, 1):
        steps = _entries(stage, "steps")
        if not steps or not isinstance(stage.get("name"), str):
            raise PlanFileError(f"stage {number} of the plan needs a name and a list of steps")
        for step in steps:
            if not isinstance(step.get("name"), str) or not isinstance(step.get("cells"), str):
                raise PlanFileError(
                    f"each step of stage {stage['name']} needs a name and its cells"
                )
        yield stage["name"], steps


def _entries(holder: Any, key: str) -> list[Mapping[str, Any]]:
    """Return the list of mappings under a key; empty where there is no such list."""
    found: Any = cast("dict[str, Any]", holder).get(key) if isinstance(holder, dict) else None
    entries = cast("list[Any]", found) if isinstance(found, list) else []
    return entries if all(isinstance(entry, dict) for entry in entries) else []


def _check_names(names: Sequence[str], taken: set[str]) -> None:
    for name in names:
        if not name.isidentifier() or name in RESERVED:
            raise PlanFileError(
                f"the plan's name {name!r} can't be the name of a function or module"
            )
        if name in taken:
            raise PlanFileError(f"the plan's name {name!r} is taken already")
        if names.count(name) > 1:
            raise PlanFileError(f"the plan has the name {name!r} twice")


def _runs(flow: Dataflow, steps: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Return the statements of each step; all that compute something, each once and in order."""
    work = [i for i in range(len(flow.analysis.statements)) if flow.works(i)]
    runs: list[list[int]] = []
    done = 0
    for step in steps:
        begin, end = _bounds(flow.analysis, step["cells"], step["name"])
        run = [n for n in work if begin <= n < end]
        if not run:
            raise PlanFileError(f"step {step['name']}: its cells {step['cells']} compute nothing")
        if work[done : done + len(run)] != run:
            at = flow.analysis.statements[work[done] if done < len(work) else run[0]].cell + 1
            raise PlanFileError(
                f"step {step['name']}: its cells {step['cells']} do not go on where the step "
                f"before ends, at cell {at}"
            )
        runs.append(run)
        done += len(run)
    if done < len(work):
        cell = flow.analysis.statements[work[done]].cell + 1
        raise PlanFileError(f"the plan leaves out what begins at cell {cell}")
    return runs


def _bounds(analysis: Analysis, cells: str, step: str) -> tuple[int, int]:
    """Return the statements `begin..end` of a range of cells."""
    first, dash, last = cells.replace(" ", "").partition("-")
    begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last if dash else first)
    if not begin or not end:
        raise PlanFileError(f"step {step}: {cells!r} is no range of cells; write 4-6 or 4.2-6")

    def position(cell: int, inner: int) -> int:
        start = next(
            (s.number for s in analysis.statements if s.cell >= cell - 1), len(analysis.statements)
        )
        return start + inner - 1

    start = position(int(begin[1]), int(begin[2] or 1))
    stop = position(int(end[1]), int(end[2]) + 1) if end[2] else position(int(end[1]) + 1, 1)
    return start, stop
