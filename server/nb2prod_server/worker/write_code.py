"""The tasks of the worker process that write code: refactorings, plans, project previews."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nb2prod.conversion import convert_without_running, files_of
from nb2prod.emit.writer import GeneratedFile
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.obstacles import obstacles_of
from nb2prod.pipeline.plan import PlanError
from nb2prod.pipeline.plan_to_yaml import plan_document
from nb2prod.planning import plan_of, with_proposals
from nb2prod.refactoring.function import extract_function
from nb2prod.refactoring.idempotent import make_idempotent
from nb2prod.refactoring.joining import extract_joined
from nb2prod.refactoring.module import extract_to_module
from nb2prod.refactoring.parameter import lift_parameter
from nb2prod.refactoring.subject import AbsentError, Refactoring, RefusedError, Subject
from nb2prod.report.page import plan_page
from nb2prod.report.plans import plan_mermaid
from nb2prod.text.spans import Span
from nb2prod_server.worker.messages import CellRange, Changes, Offer, Result, Task, TextFile

Refactor = Callable[[Subject, CellRange], Refactoring]
_REFACTORINGS: Mapping[str, tuple[str, Refactor]] = {
    "refactor.extract.function": (
        "Extract to a function",
        lambda subject, where: extract_function(subject, where.cell, _selected(where)),
    ),
    "refactor.extract.module": (
        "Extract to a module of the project",
        lambda subject, where: extract_to_module(subject, where.cell, _selected(where)),
    ),
    "refactor.rewrite.parameter": (
        "Lift to a parameter",
        lambda subject, where: lift_parameter(subject, where.cell, Span(where.start, where.end)),
    ),
    "refactor.rewrite.idempotent": (
        "Make the cell idempotent",
        lambda subject, where: make_idempotent(subject, where.cell),
    ),
}
_EXTRACTIONS: Mapping[str, Callable[[Subject, int], Refactoring]] = {
    "refactor.extract.function": extract_function,
    "refactor.extract.module": extract_to_module,
}
_PLACE = re.compile(r"cell (\d{1,9})\b")

_last: tuple[Notebook, Subject] | None = None


def write_code(task: Task, notebook: Notebook) -> Result:
    """Perform a task."""
    match task.kind:
        case "warm-up":
            return Result(task.number)
        case "joined":
            return Result(task.number, offers=tuple(_joined(notebook, task.where)))
        case "offers":
            subject = _subject(notebook)
            return Result(task.number, offers=tuple(_offers(subject, task.where, task.refactoring)))
        case "refactoring":
            return _refactor(task, _subject(notebook))
        case "plan":
            return Result(task.number, plan=_plan(notebook))
        case _:
            return _preview(task, notebook)


def _subject(notebook: Notebook) -> Subject:
    """Return an analysed notebook; the last one is kept, because it is often needed again."""
    global _last  # noqa: PLW0603  one worker, one notebook at a time
    if _last is None or _last[0] != notebook:
        _last = notebook, Subject(notebook)
    return _last[1]


def _selected(where: CellRange) -> Span | None:
    """Return the selected span; None for the whole cell."""
    return Span(where.start, where.end) if where.end > where.start else None


def _offers(subject: Subject, where: CellRange, only: str) -> Iterator[Offer]:
    for kind, (title, refactor) in _REFACTORINGS.items():
        if only and kind not in only.split():
            continue
        try:
            yield Offer(kind, refactor(subject, where).title)
        except AbsentError:
            continue
        except RefusedError as refused:
            yield Offer(kind, title, str(refused))


def _refactor(task: Task, subject: Subject) -> Result:
    try:
        done = _REFACTORINGS[task.refactoring][1](subject, task.where)
    except RefusedError as refused:
        return Result(task.number, refusal=str(refused))
    return Result(task.number, changes=_changes(done))


def _changes(done: Refactoring) -> Changes:
    files = tuple(TextFile(str(f.path), f.before, f.after) for f in done.files)
    edits = {cell: tuple(changes) for cell, changes in done.edits.items()}
    return Changes(edits, files, done.removed)


def _joined(notebook: Notebook, where: CellRange) -> Iterator[Offer]:
    """Yield the ways to extract several cells to one function, with their changes."""
    for kind, extract in _EXTRACTIONS.items():
        try:
            done = extract_joined(notebook, where.cell, where.last, extract)
        except RefusedError as refused:
            yield Offer(kind, _REFACTORINGS[kind][0], str(refused))
        else:
            yield Offer(kind, done.title, changes=_changes(done))


def _plan(notebook: Notebook) -> dict[str, Any]:
    try:
        plan = with_proposals(plan_of(notebook))
    except PlanError as error:
        obstacles = [_obstacle(str(error))]
        return {"stages": [], "obstacles": obstacles, "yaml": "", "mermaid": "", "html": ""}
    stages = [
        {
            "name": stage.name,
            "title": stage.title,
            "cells": sorted({n - 1 for step in stage.steps for n in plan.cells(step)}),
            "inputs": sorted(stage.inputs.names),
            "outputs": sorted(stage.outputs.names),
            "parameters": list(
                dict.fromkeys(p.name for p in plan.parameters if p.stage == stage.name)
            ),
        }
        for stage in plan.stages
    ]
    return {
        "stages": stages,
        "obstacles": [_obstacle(text) for text in obstacles_of(plan)],
        "yaml": plan_document(plan),
        "mermaid": plan_mermaid(plan),
        "html": plan_page(plan),
    }


def _obstacle(text: str) -> dict[str, Any]:
    place = _PLACE.match(text)
    reason = text[place.end() :].lstrip(": ,") if place else text
    return {"cell": int(place[1]) - 1 if place else None, "reason": reason}


def _preview(task: Task, notebook: Notebook) -> Result:
    """Return the text files of the project that can be generated without a run."""
    try:
        files = files_of(convert_without_running(plan_of(notebook, split=task.split)))
    except PlanError as error:
        return Result(task.number, refusal=str(error))
    except OSError as error:
        return Result(task.number, refusal=f"{error.filename}: {error.strerror}")
    made = [TextFile(file.path, None, text) for file in files if (text := _text(file)) is not None]
    left = len(files) - len(made)
    return Result(task.number, changes=Changes({}, tuple(made)), plan={"left": left})


def _text(file: GeneratedFile) -> str | None:
    if isinstance(file.content, Path):
        return None
    try:
        return file.text
    except UnicodeDecodeError:
        return None
