"""Replay the notebook's records through its inference slices, and find what can be served."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nb2prod.capabilities.api.files import Field, Service, model_file, model_part
from nb2prod.capabilities.api.preparation import preparation_modules
from nb2prod.capabilities.api.slice.inference import Inference, inferences
from nb2prod.capabilities.api.slice.refusals import unservable
from nb2prod.emit.package.artifacts import stage_files
from nb2prod.emit.project import package_name
from nb2prod.emit.templates import rendered
from nb2prod.emit.writer import GeneratedFile, write_files
from nb2prod.pipeline.crossing import unstorable
from nb2prod.pipeline.plan import Plan
from nb2prod.verify.runs.environment import Environment, probe_source
from nb2prod.verify.runs.stage import run_command

# What prepares records and predicts in a service.
_REPLAYED = ("learnt", "records")
_NETWORKS = ("torch_network", "keras_network")
_SERIES = ("series_forecast",)
_MODELS, _SLICES = 3, 3  # that are tried, and ways to each of them
_SECONDS = 20.0  # for the replay of one


class UnservableError(Exception):
    """No model of the notebook can be served; the message says why."""


def serve(
    plan: Plan, root: Path, suffixes: Mapping[tuple[int, str], str], environment: Environment
) -> Service:
    """Return what can be served of a project that was run in `root`.

    Raises:
        UnservableError: nothing can.
    """
    passed: list[str] = []
    for model in list(plan.served)[:_MODELS]:
        own = [inference for inference in inferences(plan) if inference.sink.model == model]
        found = _served(plan, own[:_SLICES], root, suffixes, environment)
        if isinstance(found, Service):
            onnx = "onnx" in plan.wanted and not found.unexportable(plan)
            return replace(found, passed=tuple(passed), onnx=onnx)
        passed.append(found)
    raise UnservableError(next(iter(passed), None) or unservable(plan.analysis))


def _served(
    plan: Plan,
    ways: Sequence[Inference],
    root: Path,
    suffixes: Mapping[tuple[int, str], str],
    environment: Environment,
) -> Service | str:
    """Return how a model can be served, from records if that is possible; or why it can't be."""
    columns: Service | None = None
    reasons: list[str] = []
    for inference in ways:
        environment.progress(f"replaying records for the service of {inference.sink.name}")
        found = _replayed(plan, inference, root, suffixes, environment)
        if isinstance(found, str):
            reasons.append(_at(plan, inference.sink.statement, found))
            continue
        why = _at(plan, inference.sink.statement, found["why"]) if found["why"] else ""
        if found["raw"]:
            return _service(inference, found, "")
        if found["columns"] and columns is None:
            columns = _service(inference, found, why)
        reasons.append(why)
    return columns or reasons[0]


def _at(plan: Plan, number: int, why: str) -> str:
    """Return a reason with the cell that it is about."""
    return why if why.startswith("cell ") else f"{_cell(plan, number)}: {why}"


def _replayed(
    plan: Plan,
    inference: Inference,
    root: Path,
    suffixes: Mapping[tuple[int, str], str],
    environment: Environment,
) -> dict[str, Any] | str:
    model = inference.sink.model
    artifact = model_file(plan, stage_files(plan, suffixes), model)
    if artifact is None:
        end = plan.served.get(model, -1) + 1
        known = "; ".join(unstorable(plan.analysis, plan.scope, end, [model]))
        return f"the model {known or model} can't be kept in a file"
    package = package_name(plan)
    adapters = _SERIES if inference.series else _NETWORKS
    names = (*_REPLAYED, *adapters)
    modules = {name: rendered(f"service/{name}", package=package) for name in names}
    modules |= preparation_modules(plan, inference, package)
    write_files(root, (GeneratedFile(f"src/{package}/{n}.py", t) for n, t in modules.items()))
    obstacle = inference.obstacle
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as folder:
        place = Path(folder)
        (place / "probe.py").write_text(probe_source("inference"), "utf-8")
        config = {
            "root": str(root),
            "package": package,
            "model": artifact.path,
            "part": model_part(plan, artifact, inference.sink),
            "adapters": adapters,
            "obstacle": _at(plan, *obstacle) if obstacle else "",
            # A column that serving lacks may be the target, which no model needs.
            "passable": inference.passable,
            "seconds": min(_SECONDS, environment.seconds_left / 3),
            "result": str(place / "found.json"),
        }
        (place / "config.json").write_text(json.dumps(config), "utf-8")
        command = [environment.python, str(place / "probe.py"), str(place / "config.json")]
        variables = {**os.environ, "PYTHONHASHSEED": "3", "MPLBACKEND": "Agg"}
        code, _, err = run_command(command, root, variables, environment.seconds_left)
        if code is None:
            return "the time limit was reached while records were replayed"
        if not (place / "found.json").exists():
            lines = [line for line in err.splitlines() if line.strip()]
            return f"its records can't be replayed: {lines[-1] if lines else code}"
        return json.loads((place / "found.json").read_text("utf-8"))


def _cell(plan: Plan, number: int) -> str:
    return f"cell {plan.analysis.statements[number].cell + 1}"


def _service(inference: Inference, found: Mapping[str, Any], why: str) -> Service:
    fields = tuple(map(_field, found["columns"]))
    return Service(
        inference,
        bool(found["raw"]),
        why,
        fields,
        found["rows"],
        found["seen"],
        found["probabilities"],
        found["labels"],
        adapter=found["adapter"],
        libraries=tuple(found["libraries"]),
        scores=found["scores"],
    )


def _field(column: Mapping[str, Any]) -> Field:
    rest: dict[str, Any] = {**column, "closed": tuple(column["closed"])}
    return Field(**rest)
