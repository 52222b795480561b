"""The pipeline for DVC: `dvc.yaml`, with all that a stage depends on."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nb2prod.emit.artifacts import StageFiles
from nb2prod.emit.local_modules import local_modules
from nb2prod.emit.modules import has_figures
from nb2prod.pipeline.document import as_yaml
from nb2prod.pipeline.plan import Plan


def dvc_yaml(
    plan: Plan,
    package: str,
    artifacts: Sequence[StageFiles],
    modules: Mapping[str, str],
) -> str:
    """Return the pipeline.

    Args:
        plan: The plan.
        package: The name of the package.
        artifacts: What each stage loads and saves.
        modules: The text of each generated module, by its name.
    """
    stages: dict[str, Any] = {}
    brought = local_modules(plan)
    previous = None
    for stage, its in zip(plan.stages, artifacts, strict=True):
        own = {p.name: p for p in plan.parameters if p.stage == stage.name}
        deps = ["src/run.py", *_closure(stage.name, package, modules, brought)]
        deps += [str(p.value) for p in own.values() if str(p.value) in plan.data.copies]
        deps += [a.path for a in its.loads] + ([its.restores] if its.restores else [])
        entry: dict[str, Any] = {"cmd": f"python src/run.py {stage.name}"}
        if previous and not its.loads:
            deps.append(f"reports/{previous}.txt")
        entry["deps"] = sorted(set(deps))
        if own:
            entry["params"] = [f"{stage.name}.{n}" for n in own]
        outs: list[Any] = [a.path for a in (*its.saves, *its.models)]
        outs += [its.keeps] if its.keeps else []
        outs.append({f"reports/{stage.name}.txt": {"cache": False}})
        entry["outs"] = outs
        if its.metrics:
            entry["metrics"] = [{its.metrics_path: {"cache": False}}]
        if has_figures(plan, stage):
            entry["plots"] = [{f"reports/figures/{stage.name}": {"cache": False}}]
        stages[stage.name] = entry
        previous = stage.name
    return as_yaml({"stages": stages})


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
