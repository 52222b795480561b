"""The DVC pipeline: `dvc.yaml`, with all dependencies and outputs of each stage."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from nb2prod.analysis.effects.effects import ANY_FILE
from nb2prod.emit.contribution import RUNNER, Contribution
from nb2prod.emit.draft import Draft
from nb2prod.emit.module_closure import module_closure
from nb2prod.emit.package.artifacts import StageFiles
from nb2prod.emit.package.local_modules import local_modules
from nb2prod.emit.package.modules import has_figures
from nb2prod.pipeline.plan import Plan, Stage
from nb2prod.text.untrusted import in_dvc, in_gitignore
from nb2prod.text.write_yaml import as_yaml


def dvc_yaml(draft: Draft, added: Contribution) -> str:
    """Return the text of `dvc.yaml`.

    Args:
        draft: The project.
        added: The stages that capabilities add, and the modules that these import.
    """
    plan = draft.plan
    modules = {**draft.modules, **added.modules}
    closure = partial(_closure, draft.package, modules, local_modules(plan))
    stages: dict[str, Any] = {}
    made = {*plan.data.copies, *plan.data.referred}
    previous = None
    for stage, its in zip(plan.stages, draft.artifacts, strict=True):
        own = dict.fromkeys(p.name for p in plan.parameters if p.stage == stage.name)
        written = list(_written(plan, stage))
        outs: list[Any] = [a.path for a in (*its.saves, *its.models)]
        outs += [its.keeps] if its.keeps else []
        outs += written
        deps = [RUNNER, *closure(stage.name)]
        deps += [path for path in _read(plan, stage) if path in made and path not in written]
        deps += [a.path for a in its.loads] + ([its.restores] if its.restores else [])
        if previous and not its.loads:  # keeps the stages in the order of the notebook
            deps.append(f"reports/{previous}.txt")
        entry: dict[str, Any] = {"cmd": f"python {RUNNER} {stage.name}"}
        entry["deps"] = sorted(set(deps))
        if own:
            entry["params"] = [f"{stage.name}.{n}" for n in own]
        entry["outs"] = [*outs, {f"reports/{stage.name}.txt": {"cache": False}}]
        if its.metrics:
            entry["metrics"] = [{its.metrics_path: {"cache": False}}]
        if has_figures(plan, stage):
            entry["plots"] = [{f"reports/figures/{stage.name}": {"cache": False}}]
        stages[stage.name] = _escaped(entry)
        previous = stage.name
        made |= {*written}
    for name, other in added.stages.items():
        code = [RUNNER, *closure(name)] if name in modules else []
        deps = sorted({*other.get("deps", ()), *code})
        entry = {key: deps if key == "deps" else value for key, value in other.items()}
        stages[name] = entry if "deps" in entry else {**entry, "deps": deps}
    return as_yaml({"stages": stages})


def _escaped(entry: Any) -> Any:
    """Return an entry whose texts are themselves for DVC, and no templates."""
    if isinstance(entry, dict):
        return {in_dvc(k): _escaped(v) for k, v in cast("dict[str, Any]", entry).items()}
    if isinstance(entry, list):
        return [_escaped(v) for v in cast("list[Any]", entry)]
    return in_dvc(entry) if isinstance(entry, str) else entry


def _read(plan: Plan, stage: Stage) -> Iterator[str]:
    """Yield the data files that a stage reads; if unknown, all that the notebook's run read."""
    unknown = False
    for number in range(stage.start, stage.end):
        effect = plan.analysis.effects[number]
        yield from plan.data.reads.get(number, ())
        unknown = unknown or bool(effect.unknowns) or ANY_FILE in effect.reads
    yield from plan.data.observed if unknown else ()


def _written(plan: Plan, stage: Stage) -> Iterator[str]:
    """Yield the files that this stage certainly writes, and that no other stage writes."""
    statements = plan.analysis.statements
    writers: dict[str, set[bool]] = {}
    for number, paths in plan.data.writes.items():
        certain = isinstance(statements[number].node, ast.Expr | ast.Assign | ast.With)
        for path in paths:
            here = stage.start <= number < stage.end
            writers.setdefault(path, set()).add(here and certain)
    for path, found in writers.items():
        folder = any(other.startswith(f"{path}/") for other in writers)
        if found == {True} and not folder:
            yield path


def git_ignored(plan: Plan, artifacts: Sequence[StageFiles]) -> list[str]:
    """Return git-ignore patterns for the outputs that DVC stores; reports stay in git."""
    paths = {a.path for its in artifacts for a in (*its.saves, *its.models)}
    paths |= {its.keeps for its in artifacts if its.keeps}
    written = {path for stage in plan.stages for path in _written(plan, stage)}
    own = {f"/{posixpath.dirname(path)}/" for path in paths}
    return [*sorted(own), *sorted(map(in_gitignore, written))]


def _closure(
    package: str, modules: Mapping[str, str], local: Mapping[str, Path], name: str
) -> list[str]:
    """Return the file of a module, and those of the modules that it imports, at any depth."""
    found: dict[str, None] = {}
    for module, others in module_closure(name, package, modules).items():
        found[f"src/{package}/{module.replace('.', '/')}.py"] = None
        found |= dict.fromkeys(f"src/{local[top].name}" for top in others & local.keys())
    return list(found)
