"""Replay of the notebook's records through its inference slices, to find what can be served."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nb2prod.capabilities.api.preparation import preparation_modules
from nb2prod.capabilities.api.service import (
    NETWORKS,
    SERIES,
    Field,
    Service,
    formats_module,
    model_file,
    model_part,
)
from nb2prod.capabilities.api.slice.inference import Inference, inferences
from nb2prod.capabilities.api.slice.refusals import unservable
from nb2prod.capability import RefusedError, Trial
from nb2prod.emit.templates import rendered
from nb2prod.emit.writer import GeneratedFile, write_files
from nb2prod.pipeline.crossing import unstorable
from nb2prod.pipeline.plan import Plan
from nb2prod.processes.run import run
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.runs.probes import probe_script

# The modules that prepare records in a service.
_REPLAYED = ("learnt", "records")
_MODELS, _SLICES = 3, 3  # models to try, and slices to try for each
_SECONDS = 20.0  # for the replay of one slice


def serve(trial: Trial) -> Service:
    """Return the best service that is possible for a verified project.

    Raises:
        RefusedError: No model of the notebook can be served.
    """
    plan = trial.draft.plan
    passed: list[str] = []
    for model in list(plan.served)[:_MODELS]:
        own = [inference for inference in inferences(plan) if inference.sink.model == model]
        found = _served(trial, own[:_SLICES])
        if isinstance(found, Service):
            return replace(found, passed=tuple(passed))
        passed.append(found)
    raise RefusedError(next(iter(passed), None) or unservable(plan.analysis))


def _served(trial: Trial, slices: Sequence[Inference]) -> Service | str:
    """Return the service of a model, from raw records if possible; or why it can't be served."""
    plan = trial.draft.plan
    columns: Service | None = None
    reasons: list[str] = []
    for inference in slices:
        trial.environment.progress(f"replaying records for the service of {inference.sink.name}")
        found = _replayed(trial, inference)
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
    """Return a reason that names the cell."""
    return why if why.startswith("cell ") else f"{_cell(plan, number)}: {why}"


def _replayed(trial: Trial, inference: Inference) -> dict[str, Any] | str:
    draft, root, environment = trial.draft, trial.root, trial.environment
    plan, package = draft.plan, draft.package
    model = inference.sink.model
    artifact = model_file(plan, draft.artifacts, model)
    if artifact is None:
        end = plan.served.get(model, -1) + 1
        known = "; ".join(unstorable(plan.analysis, plan.scope, end, [model]))
        return f"the model {model} can't be saved to a file" + (f": {known}" if known else "")
    adapters = SERIES if inference.series else NETWORKS
    names = (*_REPLAYED, *adapters)
    modules = {name: rendered(f"api/package/{name}", package=package) for name in names}
    modules["formats"] = formats_module(package)
    modules |= preparation_modules(plan, inference, package)
    write_files(root, (GeneratedFile(f"src/{package}/{n}.py", t) for n, t in modules.items()))
    obstacle = inference.obstacle
    with scratch_folder() as place:
        script = probe_script(place, "replay")
        config = {
            "root": str(root),
            "package": package,
            "model": artifact.path,
            "part": model_part(plan, artifact, inference.sink),
            "adapters": adapters,
            "obstacle": _at(plan, *obstacle) if obstacle else "",
            # A column that is missing in service may be the target, which no model needs.
            "passable": inference.passable,
            "seconds": min(_SECONDS, environment.seconds_left / 3),
            "result": str(place / "found.json"),
        }
        (place / "config.json").write_text(json.dumps(config), "utf-8")
        command = [environment.python, str(script), str(place / "config.json")]
        variables = {**os.environ, "PYTHONHASHSEED": "3", "MPLBACKEND": "Agg"}
        finished = run(command, environment.seconds_left, variables, root)
        if finished.status is None:
            return "the time limit was reached during the replay of records; raise --time-limit"
        if not (place / "found.json").exists():
            return f"the replay of its records failed: {finished.last_line}"
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
        found["trained_on"],
        found["probabilities"],
        found["labels"],
        adapter=found["adapter"],
        libraries=tuple(found["libraries"]),
        scores=found["scores"],
        endings=found["formats"]["endings"],
        functions=tuple(found["formats"]["functions"]),
    )


def _field(column: Mapping[str, Any]) -> Field:
    rest: dict[str, Any] = {**column, "closed": tuple(column["closed"])}
    return Field(**rest)
