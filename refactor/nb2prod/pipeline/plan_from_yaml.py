"""Reading a plan from YAML that users have edited, with messages that say where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

import yaml

from nb2prod.analysis.flow import Analysis
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.borders import COPYING, Copying
from nb2prod.pipeline.cuts import sound
from nb2prod.pipeline.dataflow import Dataflow, follow
from nb2prod.pipeline.english import RESERVED
from nb2prod.pipeline.parameters import find_parameters
from nb2prod.pipeline.plan import Plan, PlanError
from nb2prod.pipeline.planner import OWN_MODULES, assemble, refuse
from nb2prod.pipeline.prose import read_prose

_PLACE = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)

_LONGEST = 100  # characters of a name, which becomes the name of a file


class PlanFileError(Exception):
    """A file is not a plan of this notebook; the message says where."""


def read_plan_document(
    text: str,
    notebook: Notebook,
    analysis: Analysis,
    *,
    copying: Copying = COPYING,
    reserved: Mapping[str, str] = MappingProxyType({}),
    capabilities: Collection[str] = (),
) -> Plan:
    """Return the plan that a plan file describes.

    Args:
        text: The text of the file.
        notebook: The notebook.
        analysis: The analysis of the notebook.
        copying: The data files that may be copied.
        reserved: Module names that capabilities may add, each with its capability.
        capabilities: The available capabilities.

    Raises:
        PlanFileError: The file is not a plan of this notebook; the message says where.
        PlanError: A stage begins at a statement where none can begin.
    """
    refuse(analysis)
    flow = follow(analysis)
    content = _content(text)
    stages = list(_stages(content))
    steps = [step for _, inside in stages for step in inside]
    taken = {*OWN_MODULES, *flow.scope.imports, *flow.scope.movable}
    _check_names("stage", [name for name, _ in stages], taken, reserved)
    _check_files([name for name, _ in stages], {*OWN_MODULES, *reserved})
    _check_names("step", [s["name"] for s in steps], taken, reserved)
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
        raise PlanError(f"cell {cell}: the plan can't begin a stage here: {reason}")
    prose = read_prose(notebook, analysis.statements)
    plan = assemble(
        notebook, flow, prose, starts[1:], runs, copying=copying, reserved=frozenset(reserved)
    )
    plan = _renamed(plan, [name for name, _ in stages], [s["name"] for s in steps])
    plan = replace(plan, wanted=_wanted(content, capabilities))
    return with_chosen(plan, content["served"]) if content.get("served") else plan


def with_chosen(plan: Plan, name: Any) -> Plan:
    """Return the plan with the model that the user wants to serve.

    Args:
        plan: The plan.
        name: The name of the model's variable in the project.

    Raises:
        PlanFileError: No variable has this name.
    """
    own = {new: old for old, new in plan.names.items()}
    if not isinstance(name, str) or name not in own:
        raise PlanFileError(f"{name!r} can't be served: the notebook has no such variable")
    return replace(plan, chosen=own[name])


def _wanted(content: Mapping[str, Any], capabilities: Collection[str]) -> frozenset[str]:
    found: Any = content.get("with") or []
    if not isinstance(found, list):
        raise PlanFileError("`with` has to be a list of capabilities, for example [api]")
    names = cast("list[Any]", found)
    if unknown := [name for name in names if name not in capabilities]:
        raise PlanFileError(
            f"`with`: {unknown[0]!r} is not a capability; choose from {', '.join(capabilities)}"
        )
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
        # BaseLoader reads strings only: as a number, 4.10 would be 4.1.
        content: Any = yaml.load(text, yaml.BaseLoader)  # noqa: S506
    except RecursionError:
        raise PlanFileError("the plan is nested too deeply") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise PlanFileError(f"the plan is not YAML: {reason}") from None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _stages(content: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield the name and the steps of each stage in a plan file."""
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
    """Return the list of mappings under a key; empty if the key has no such list."""
    found: Any = cast("dict[str, Any]", holder).get(key) if isinstance(holder, dict) else None
    entries = cast("list[Any]", found) if isinstance(found, list) else []
    return entries if all(isinstance(entry, dict) for entry in entries) else []


def _check_names(
    kind: str, names: Sequence[str], taken: set[str], reserved: Mapping[str, str]
) -> None:
    for name in names:
        if name in reserved:
            raise PlanFileError(
                f"the {kind} name {name!r} is reserved for the capability {reserved[name]}; "
                "choose another name"
            )
        if not name.isidentifier() or name in RESERVED:
            raise PlanFileError(
                f"{name!r} can't be the name of a function or module; choose another name"
            )
        if len(name) > _LONGEST:
            raise PlanFileError(
                f"the name {name[:20]!r}… has more than {_LONGEST} characters; shorten it"
            )
        if name in taken:
            raise PlanFileError(f"the name {name!r} is in use already; choose another name")
        if names.count(name) > 1:
            raise PlanFileError(f"the plan uses the name {name!r} twice; rename one of them")


def _check_files(names: Sequence[str], taken: set[str]) -> None:
    """Check that modules have names of their own where upper and lower case are the same."""
    found = {name.casefold(): name for name in sorted(taken)}
    for name in names:
        other = found.setdefault(name.casefold(), name)
        if other != name:
            raise PlanFileError(
                f"the names {other!r} and {name!r} are one file on macOS and Windows; rename one"
            )


def _runs(flow: Dataflow, steps: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Return the statements of each step: every one that computes something, once, in order."""
    work = [i for i in range(len(flow.analysis.statements)) if flow.works(i)]
    runs: list[list[int]] = []
    done = 0
    for step in steps:
        begin, end = _bounds(flow.analysis, step["cells"], step["name"])
        run = [n for n in work if begin <= n < end]
        if not run:
            raise PlanFileError(f"step {step['name']}: cells {step['cells']} compute nothing")
        if work[done : done + len(run)] != run:
            at = flow.analysis.statements[work[done] if done < len(work) else run[0]].cell + 1
            raise PlanFileError(
                f"step {step['name']}: cells {step['cells']} do not begin where the step before "
                f"ends; begin at cell {at}"
            )
        runs.append(run)
        done += len(run)
    if done < len(work):
        cell = flow.analysis.statements[work[done]].cell + 1
        raise PlanFileError(f"the plan leaves out the statements from cell {cell} on")
    return runs


def _bounds(analysis: Analysis, cells: str, step: str) -> tuple[int, int]:
    """Return the statements `begin..end` of a range of cells."""
    first, dash, last = cells.replace(" ", "").partition("-")
    begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last if dash else first)
    if not begin or not end:
        raise PlanFileError(
            f"step {step}: {cells!r} is not a range of cells; write for example 4-6 or 4.2-6"
        )

    def position(cell: int, inner: int) -> int:
        start = next(
            (s.number for s in analysis.statements if s.cell >= cell - 1), len(analysis.statements)
        )
        return start + inner - 1

    start = position(int(begin[1]), int(begin[2] or 1))
    stop = position(int(end[1]), int(end[2]) + 1) if end[2] else position(int(end[1]) + 1, 1)
    return start, stop
