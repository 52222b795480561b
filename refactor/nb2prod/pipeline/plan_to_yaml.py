"""Writing a plan as YAML that users can read, edit and pass to `nb2prod refactor --plan`."""

from __future__ import annotations

import shlex
from typing import Any

from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.obstacles import obstacles_of
from nb2prod.pipeline.plan import Plan, Step, served_from
from nb2prod.text.untrusted import on_one_line
from nb2prod.text.write_yaml import OneLine, as_yaml

_HEADER = """\
# How {name} becomes a pipeline. To change it, edit this file and run
#   nb2prod refactor {path} --plan THIS_FILE --output DIR
# You can change the names of stages and steps, and their cells. Every statement has to stay, in
# the order of the notebook. Cells are counted from 1, Markdown cells included; 4.2 is the second
# statement of cell 4. nb2prod computes `loads`, `takes`, `gives`, `parameters` and `obstacles`
# itself, and ignores changes to them.
"""


def plan_document(plan: Plan) -> str:
    """Return the text of a plan file."""
    stages: list[dict[str, Any]] = []
    for stage in plan.stages:
        entry: dict[str, Any] = {"name": stage.name}
        if stage.title:
            entry["title"] = stage.title
        if stage.inputs.names:
            entry["loads"] = OneLine(plan.names.get(n, n) for n in stage.inputs.names)
        if stage.inputs.random_state:
            entry["random_state"] = "continues from the stage before"
        entry["steps"] = [_step(plan, step) for step in stage.steps]
        stages.append(entry)
    name = plan.notebook.name
    content: dict[str, Any] = {"notebook": name.into(str), "stages": stages}
    if obstacles := list(obstacles_of(plan)):
        content["obstacles"] = obstacles
    path = name.into(lambda text: on_one_line(shlex.quote(text)))
    return (
        _HEADER.format(name=name.into(on_one_line), path=path)
        + as_yaml(content)
        + _service(plan)
        + _capabilities(plan)
    )


def _service(plan: Plan) -> str:
    """Return the lines about the model that a service would serve."""
    if not plan.served:
        return ""
    model, *others = (plan.names.get(n, n) for n in plan.served)
    also = f"; other models: {', '.join(others)}" if others else ""
    comments = f"# The model that a service would serve{also}.\n# {served_from(plan)}\n"
    return comments + as_yaml({"served": model})


def _capabilities(plan: Plan) -> str:
    """Return the lines about the capabilities of the project."""
    about = "# Capabilities of the project; `nb2prod add --list` describes the available ones.\n"
    return about + as_yaml({"with": OneLine(sorted(plan.wanted))})


def _step(plan: Plan, step: Step) -> dict[str, Any]:
    span = _range(Dataflow(plan.analysis, plan.scope), step)
    cells = int(span) if span.isdecimal() else span
    entry: dict[str, Any] = {"name": step.name, "cells": cells}
    if step.inputs:
        entry["takes"] = OneLine(plan.names.get(n, n) for n in step.inputs)
    if step.outputs:
        entry["gives"] = OneLine(plan.names.get(n, n) for n in step.outputs)
    parameters = {p.name: p.value for p in plan.parameters if p.step == step.name}
    if parameters:
        entry["parameters"] = parameters
    return entry


def _range(flow: Dataflow, step: Step) -> str:
    """Return the cells of a step: `4-6`, or `4.2-6.1` if it begins or ends within a cell."""
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
