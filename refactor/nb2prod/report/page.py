"""A plan as a self-contained HTML page: its graph, its parameters, the code of each function."""

from __future__ import annotations

import posixpath
import textwrap
from collections.abc import Iterator
from typing import Any

from nb2prod.emit.templates import filled
from nb2prod.pipeline.obstacles import obstacles_of
from nb2prod.pipeline.plan import Plan, Step, cell_ranges, served_from
from nb2prod.report.plans import arrows, served_by
from nb2prod.text.untrusted import clean

# Dimensions of the drawing, in pixels.
_FILE_WIDTH = 190
_BAND_X, _BAND_WIDTH = 230, 760
_STEP_X, _STEP_WIDTH, _STEP_HEIGHT = 330, 430, 30
_ROW = 38
_LINE = 17
_NAMES_WIDTH = 27  # characters of a line of variables, to the right of a step
_NAME_WIDTH = 40  # characters of a step's name; a longer one is drawn narrower
_WIDTH = 1000


def plan_page(plan: Plan) -> str:
    """Return the HTML page of a plan."""
    stages = list(_stages(plan))
    height = max(s["y"] + s["height"] for s in stages) + 10
    service = _service(plan, height)
    steps = {step["id"]: step for stage in stages for step in stage["steps"]}
    page_files = list(_files(plan, steps))
    lines = [*_arrows(plan, steps), *(f["arrow"] for f in page_files)]
    if service:
        height += _STEP_HEIGHT + 14
        lines.append(_arrow(steps[service["source"]], service, [service["model"]]))
    return filled(
        "plan/page.html",
        notebook=plan.notebook.name.into(clean),
        stages=stages,
        step_count=len(steps),
        arrows=lines,
        service=service,
        files=page_files,
        obstacles=list(obstacles_of(plan)),
        parameters=list({(p.stage, p.name): p for p in plan.parameters}.values()),
        width=_WIDTH,
        height=height,
        band_x=_BAND_X,
        band_width=_BAND_WIDTH,
        step_x=_STEP_X,
        step_width=_STEP_WIDTH,
        step_height=_STEP_HEIGHT,
        line_height=_LINE,
        name_width=_NAME_WIDTH,
        file_width=_FILE_WIDTH,
    )


def _stages(plan: Plan) -> Iterator[dict[str, Any]]:
    y = 4
    for stage in plan.stages:
        top = y
        y += 32
        steps: list[dict[str, Any]] = []
        for step in stage.steps:
            described = _step(plan, step)
            steps.append({**described, "id": f"{stage.name}__{step.name}", "y": y})
            y += _ROW + _LINE * max(0, len(described["gives_lines"]) - 1)
        y += 6
        yield {"name": stage.name, "y": top, "height": y - top, "steps": steps}
        y += 14


def _step(plan: Plan, step: Step) -> dict[str, Any]:
    gives = [plan.names.get(n, n) for n in step.outputs]
    return {
        "name": step.name,
        "cells": cell_ranges(plan.cells(step)),
        "title": step.title,
        "takes": [plan.names.get(n, n) for n in step.inputs],
        "gives": gives,
        "gives_lines": textwrap.wrap(", ".join(gives), _NAMES_WIDTH, break_on_hyphens=False),
        "code": "\n".join(plan.analysis.statements[n].code for n in step.statements),
    }


def _service(plan: Plan, y: int) -> dict[str, Any] | None:
    """Return the box of the service, below the stages, and its texts."""
    source = served_by(plan)
    if source is None or plan.records is None:
        return None
    model, *others = (plan.names.get(n, n) for n in plan.served)
    numbers = sorted({plan.records.source, *plan.records.prepared})
    return {
        "id": "service",
        "y": y,
        "source": source,
        "model": model,
        "others": others,
        "takes": "the model's columns" if plan.records.obstacle else plan.records.loaded,
        "about": served_from(plan),
        "code": "\n".join(plan.analysis.statements[n].code for n in numbers),
    }


def _arrows(plan: Plan, steps: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for source, target, names in arrows(plan):
        yield _arrow(steps[source], steps[target], names)


def _arrow(source: dict[str, Any], target: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Draw an arrow to the left of the boxes; the longer it is, the wider it swings out."""
    middle = _STEP_HEIGHT // 2
    start, end = source["y"] + middle + 6, target["y"] + middle - 4
    swing = min(92, 18 + (end - start) // 6)
    path = f"M{_STEP_X} {start} C{_STEP_X - swing} {start} {_STEP_X - swing} {end} {_STEP_X} {end}"
    return {"source": source["id"], "target": target["id"], "names": names, "path": path}


def _files(plan: Plan, steps: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    taken: set[int] = set()
    for parameter in plan.parameters:
        if parameter.value not in {*plan.data.copies, *plan.data.referred}:
            continue
        identifier = f"{parameter.stage}__{parameter.step}"
        y = steps[identifier]["y"] + 2
        while y in taken:
            y += 30
        taken.add(y)
        path = str(parameter.value)
        name = posixpath.basename(path)
        target_y = steps[identifier]["y"] + 15
        yield {
            "y": y,
            "path": path,
            "name": name if len(name) < 25 else name[:23] + "…",
            "arrow": {
                "source": path,
                "target": identifier,
                "names": [path],
                "path": f"M{_FILE_WIDTH + 4} {y + 13} L{_STEP_X} {target_y}",
            },
        }
