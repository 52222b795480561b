"""The pipeline for DVC: `dvc.yaml`, with all that a stage depends on."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nb2prod.analysis.effects.effects import ANY_FILE
from nb2prod.capabilities.api.files import STAGE, Service, stage_entry
from nb2prod.emit.package.artifacts import StageFiles
from nb2prod.emit.package.local_modules import local_modules
from nb2prod.emit.package.modules import has_figures
from nb2prod.pipeline.plan import Plan, Stage
from nb2prod.pipeline.plan_file import as_yaml


def dvc_yaml(
    plan: Plan,
    package: str,
    artifacts: Sequence[StageFiles],
    modules: Mapping[str, str],
    service: Service | None = None,
) -> str:
    """Return the pipeline.

    Args:
        plan: The plan.
        package: The name of the package.
        artifacts: What each stage loads and saves.
        modules: The text of each generated module, by its name.
        service: What packages the model for it is a stage, too.
    """
    stages: dict[str, Any] = {}
    brought = local_modules(plan)
    made = {*plan.data.copies, *plan.data.referred}
    previous = None
    for stage, its in zip(plan.stages, artifacts, strict=True):
        own = dict.fromkeys(p.name for p in plan.parameters if p.stage == stage.name)
        written = list(_written(plan, stage))
        outs: list[Any] = [a.path for a in (*its.saves, *its.models)]
        outs += [its.keeps] if its.keeps else []
        outs += written
        deps = ["src/run.py", *_closure(stage.name, package, modules, brought)]
        deps += [path for path in _read(plan, stage) if path in made and path not in written]
        deps += [a.path for a in its.loads] + ([its.restores] if its.restores else [])
        if previous and not its.loads:  # the stages run in the order of the notebook
            deps.append(f"reports/{previous}.txt")
        entry: dict[str, Any] = {"cmd": f"python src/run.py {stage.name}"}
        entry["deps"] = sorted(set(deps))
        if own:
            entry["params"] = [f"{stage.name}.{n}" for n in own]
        entry["outs"] = [*outs, {f"reports/{stage.name}.txt": {"cache": False}}]
        if its.metrics:
            entry["metrics"] = [{its.metrics_path: {"cache": False}}]
        if has_figures(plan, stage):
            entry["plots"] = [{f"reports/figures/{stage.name}": {"cache": False}}]
        stages[stage.name] = entry
        previous = stage.name
        made |= {*written}
    if service:
        deps = ["src/run.py", *_closure(STAGE, package, modules, brought)]
        deps += plan.data.reads.get(service.inference.source, ())
        stages[STAGE] = stage_entry(plan, service, list(artifacts), deps)
    return as_yaml({"stages": stages})


def _read(plan: Plan, stage: Stage) -> Iterator[str]:
    """Yield the data files that a stage reads; where it is not known which, all that were read."""
    unknown = False
    for number in range(stage.start, stage.end):
        effect = plan.analysis.effects[number]
        yield from plan.data.reads.get(number, ())
        unknown = unknown or bool(effect.unknowns) or ANY_FILE in effect.reads
    yield from plan.data.seen if unknown else ()


def _written(plan: Plan, stage: Stage) -> Iterator[str]:
    """Yield the files that a stage, and no other, certainly writes."""
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


def kept_out_of_git(plan: Plan, artifacts: Sequence[StageFiles]) -> list[str]:
    """Return the patterns of what DVC keeps: the outputs of the stages, reports left out."""
    paths = {a.path for its in artifacts for a in (*its.saves, *its.models)}
    paths |= {its.keeps for its in artifacts if its.keeps}
    written = {path for stage in plan.stages for path in _written(plan, stage)}
    own = {f"/{posixpath.dirname(path)}/" for path in paths}
    return [*sorted(own), *sorted(f"/{path}" for path in written)]


def _closure(
    name: str, package: str, modules: Mapping[str, str], brought: Mapping[str, Path]
) -> list[str]:
    """Return the files of the project that a module imports, at any remove."""
    found: dict[str, None] = {}
    todo = [name]
    while todo:
        current = todo.pop()
        path = f"src/{package}/{current}.py"
        if path in found:
            continue
        found[path] = None
        text = modules.get(current, "")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module == package:
                todo += [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
                todo.append((node.module or "").removeprefix(f"{package}."))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                tops = (
                    [a.name for a in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                )
                for top in {t.partition(".")[0] for t in tops} & brought.keys():
                    source = brought[top]
                    found[f"src/{source.name}"] = None
    return list(found)
