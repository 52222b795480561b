"""The service of a project: its modules, its tests and its packaging stage."""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from nb2prod.capabilities.api.names import FOLDER, STAGE
from nb2prod.capabilities.api.preparation import preparation_modules
from nb2prod.capabilities.api.slice.inference import Inference
from nb2prod.capabilities.api.slice.selection import selects_only
from nb2prod.capabilities.api.slice.sinks import Sink
from nb2prod.emit.contribution import module_stage
from nb2prod.emit.draft import Draft
from nb2prod.emit.package.artifacts import Artifact, StageFiles
from nb2prod.emit.templates import rendered
from nb2prod.emit.writer import GeneratedFile
from nb2prod.pipeline.english import snake
from nb2prod.pipeline.plan import Plan
from nb2prod.text.untrusted import on_one_line

# The service's own libraries, with bounds for those that the environment of the run lacks.
LIBRARIES = {
    "fastapi": ">=0.115",
    "httptools": ">=0.6",  # halves the cost of a request in uvicorn
    "prometheus-client": ">=0.21",
    "pydantic": ">=2.8",  # has FailFast
    "PyYAML": ">=6.0",  # reads dvc.lock
    "skops": ">=0.13",
    "uvicorn": ">=0.34",
}
# Adapters: modules that give `predict` to networks, or to models of time series.
NETWORKS = ("torch_network", "keras_network")
SERIES = ("series_forecast",)
MODULES = ("learnt", "records", "packing", "engines", STAGE,
            "api.app", "api.routes", "api.predictor", "api.schemas", "api.metrics",
            "api.limits", "api.connections", "api.settings")  # fmt: skip
TOOLS = {"httpx": ">=0.28"}  # FastAPI's test client
_TYPES = {"integer": "int", "number": "float", "boolean": "bool", "string": "str",
          "datetime": "datetime", "any": "Any"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the records that the service takes.

    Attributes:
        name: The name of the column.
        dtype: The dtype in pandas.
        kind: "integer", "number", "boolean", "string", "datetime" or "any".
        nullable: Whether the value may be missing.
        needed: Whether predictions depend on it.
        example: A value.
        closed: The only values that the model can predict from; empty if it takes any.
    """

    name: str
    dtype: str
    kind: str
    nullable: bool
    needed: bool
    example: Any
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service, with the results of replaying the notebook's records.

    Attributes:
        inference: The slice of the notebook that prepares a record for the model.
        raw: Whether the service takes raw records, not the model's own columns.
        why: Why it does not take raw records; empty if it does.
        fields: The columns of a record.
        rows: The number of records that gave the same row alone as in a table.
        seen: The number of rows that the model saw in the notebook, all of them reproduced.
        probabilities: Whether the model can give the probability of each class.
        labels: Whether it predicts one of a few labels.
        passed: The reasons why preferred models can't be served.
        adapter: The module that gives the model a `predict`, if it has none of its own.
        libraries: The libraries of a network.
        scores: Whether the model gives an anomaly score for each record.
        endings: The suffix of the file of each packaged part, which chooses how it is read.
        functions: The functions of libraries that these files may name.
    """

    inference: Inference
    raw: bool
    why: str
    fields: tuple[Field, ...]
    rows: int
    seen: int
    probabilities: bool
    labels: bool
    passed: tuple[str, ...] = ()
    adapter: str = ""
    libraries: tuple[str, ...] = ()
    scores: bool = False
    endings: Mapping[str, str] = attribute(default_factory=dict[str, str])
    functions: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The result of the replay, in one line."""
        if self.raw:
            about = " (in single precision)" if self.libraries else ""
            return (
                f"predicts from raw records; preparing them reproduced all {self.seen} rows of the "
                f"notebook exactly, and {self.rows} records gave the same row alone{about}"
            )
        return f"takes the columns of the model: {self.why}"


def model_file(plan: Plan, artifacts: Sequence[StageFiles], model: str) -> Artifact | None:
    """Return the file with a model in the state in which it is served."""
    at = plan.served.get(model, -1)
    for stage, its in zip(plan.stages, artifacts, strict=True):
        if stage.start <= at < stage.end:
            return next((a for a in (*its.models, *its.saves) if model in a.names), None)
    return None


def model_part(plan: Plan, artifact: Artifact, sink: Sink) -> list[int | str]:
    """Return the keys that lead from the content of a file to the model."""
    keys: list[int | str] = [plan.names.get(sink.model, sink.model)] if artifact.bundled else []
    return keys if sink.item is None else [*keys, sink.item]


def service_modules(draft: Draft, service: Service, engine: str) -> dict[str, str]:
    """Return the modules of the package that serve the model, by their dotted names.

    Args:
        draft: The project.
        service: The service.
        engine: The engine that another capability exports the model to; empty if none does.
    """
    plan, package, artifacts = draft.plan, draft.package, draft.artifacts
    artifact = model_file(plan, artifacts, service.inference.sink.model)
    assert artifact is not None, "only a saved model is served"
    values: dict[str, Any] = {
        "package": package,
        "raw": service.raw,
        # The model takes columns of a record unchanged.
        "straight": not service.raw or selects_only(service.inference),
        "model_path": artifact.path,
        "part": "".join(f"[{key!r}]" for key in model_part(plan, artifact, service.inference.sink)),
        "libraries": _served_libraries(draft, service),
        "metrics": [its.metrics_path for its in artifacts if its.metrics],
        "notebook": plan.notebook.name.into(repr),
        "verdict": service.verdict,
        "probabilities": service.probabilities,
        "labels": service.labels,
        "scores": service.scores,
        "adapter": service.adapter,
        "engine": engine,
        "files": package_files(service, engine),
        "columns": repr({f.name: f.dtype for f in service.fields}),
        "names": repr([f.name for f in service.fields]),
        "title": package.replace("_", " ").capitalize(),
        "description": _description(plan, service),
        **_schema(service),
    }
    about = '"""The HTTP service of the model."""\n'
    modules = {
        **preparation_modules(plan, service.inference, package),
        "api.__init__": about,
        "formats": formats_module(package, service, engine),
    }
    more = [service.adapter] if service.adapter else []
    for name in (*MODULES, *more):
        modules[name] = rendered(f"api/package/{name.replace('.', '/')}", **values)
    return modules


def formats_module(package: str, service: Service | None = None, engine: str = "") -> str:
    """Return the module that stores the packaged parts; without a service, the one to try them."""
    return rendered(
        "api/package/formats",
        package=package,
        adapter=service.adapter if service else "",
        functions=service.functions if service else (),
        pickled=service is not None and ".pkl" in service.endings.values(),
        engine=engine,
    )


def package_files(service: Service, engine: str) -> dict[str, str]:
    """Return the files of the packaged model, by part; arguments as for `service_modules`."""
    files = {part: f"{part}{ending}" for part, ending in service.endings.items()}
    return {**files, "exported": f"exported.{engine}"} if engine else files


def server_script(package: str) -> GeneratedFile:
    """Return the script that starts the service."""
    return GeneratedFile("src/serve.py", rendered("api/serve", package=package))


def service_test(service: Service, package: str) -> GeneratedFile:
    """Return the tests of the service."""
    numbers = [f.name for f in service.fields if f.kind in ("integer", "number")]
    text = rendered(
        "api/tests/test_service",
        package=package,
        raw=service.raw,
        numbers=numbers,
        names=repr([f.name for f in service.fields]),
    )
    return GeneratedFile("tests/test_service.py", text)


def packaging_stage(draft: Draft, service: Service, engine: str) -> dict[str, dict[str, Any]]:
    """Return the pipeline stage that packages the model; the arguments are of `service_modules`."""
    artifact = model_file(draft.plan, draft.artifacts, service.inference.sink.model)
    assert artifact is not None
    metrics = [its.metrics_path for its in draft.artifacts if its.metrics]
    used = [f"{p.stage}.{p.name}" for p in service.inference.parameters]
    source = draft.plan.data.reads.get(service.inference.source, ())
    files = ("card.json", *package_files(service, engine).values())
    return module_stage(
        STAGE,
        deps=[artifact.path, *metrics, *source],
        params=used,
        outs=[f"{FOLDER}/{file}" for file in files],
        reports=[f"reports/{STAGE}.txt"],
        metrics=[f"reports/{engine}.json"] if engine else [],
    )


def model_library(draft: Draft, service: Service) -> str:
    """Return the distribution of the model's class; empty if it is not known."""
    sink = service.inference.sink
    model = draft.plan.analysis.value(sink.statement + 1, sink.model)
    top = (model.type or "").partition(".")[0]
    known = {"sklearn": "scikit-learn", "instance": "", "builtins": ""}
    return known.get(top, top)


def _served_libraries(draft: Draft, service: Service) -> list[str]:
    own = service.libraries[:1] or [model_library(draft, service)]
    return sorted({"numpy", "pandas", *own} - {""})


def _description(plan: Plan, service: Service) -> str:
    name = plan.notebook.name.into(on_one_line)
    if service.raw:
        return f"Predictions of the model in {name} from raw records."
    return (
        f"Predictions of the model in {name}. Records have the model's own columns: {service.why}"
    )


def _schema(service: Service) -> dict[str, Any]:
    lines: list[str] = []
    taken: set[str] = set()
    for number, field in enumerate(service.fields):
        name = snake(field.name) or f"column_{number}"
        if name[0].isdigit() or keyword.iskeyword(name) or name.startswith(("model_", "_")):
            name = f"column_{name}"
        while name in taken:
            name += "_"
        taken.add(name)
        type_ = _TYPES[field.kind]
        if field.closed:
            type_ = f"Literal[{', '.join(map(repr, field.closed))}]"
        arguments = [] if name == field.name else [f"alias={field.name!r}"]
        if not field.needed or field.nullable:
            type_ = type_ if type_ == "Any" else f"{type_} | None"
        if not field.needed:
            arguments = ["default=None", *arguments, 'description="not used for predictions"']
        given = f" = Field({', '.join(arguments)})" if arguments else ""
        lines.append(f"{name}: {type_}{given}")
    about = (
        "A raw record, with the columns of the training data."
        if service.raw
        else "A row with the model's own columns."
    )
    example = {f.name: f.example for f in service.fields if f.needed}
    return {
        "fields": lines,
        "literals": any(f.closed for f in service.fields),
        "dates": any(f.kind == "datetime" for f in service.fields),
        "about": about,
        "example": repr(json.loads(json.dumps(example, default=str))),
    }
