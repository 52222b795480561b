"""Proof of the service by a replay of records, and its contribution to a project."""

from __future__ import annotations

from nb2prod.capabilities.api.names import FOLDER
from nb2prod.capabilities.api.replay import serve
from nb2prod.capabilities.api.service import (
    LIBRARIES,
    TOOLS,
    Service,
    packaging_stage,
    server_script,
    service_modules,
    service_test,
)
from nb2prod.capability import Material, Proof, Trial
from nb2prod.emit.contribution import Contribution, RequirementsFile
from nb2prod.emit.markdown import inline
from nb2prod.emit.templates import filled

# Distributions that only training needs, though the notebook calls them.
_TRAINED = frozenset({"dvc", "matplotlib", "onnxmltools", "plotly", "seaborn", "skl2onnx"})


def prove(trial: Trial) -> Proof:
    """Replay the notebook's records; return the service that is possible."""
    service = serve(trial)
    plan = trial.draft.plan
    model = service.inference.sink.model
    messages = [f"a model that would be preferred can't be served: {why}" for why in service.passed]
    messages.append(f"the service of {plan.names.get(model, model)} {service.verdict}")
    return Proof(service, tuple(messages))


def contribute(material: Material) -> Contribution:
    """Return the modules, the stage, the tests and the settings of the service."""
    draft, service = material.draft, material.proofs["api"]
    assert isinstance(service, Service)
    engine = next(iter(material.hooks.get("engine", ())), "")
    app = f"{draft.package}.api.app:app"
    sink = service.inference.sink
    settings = {
        "app": app,
        "input": "raw" if service.raw else "model",
        "model": draft.plan.names.get(sink.model, sink.model),
    }
    requirements = RequirementsFile(
        "requirements-service.txt",
        "The libraries of the service, without tools and libraries that only training needs.",
        "api.app",
        service.libraries,
        _TRAINED,
    )
    readme = filled(
        "api/README.md",
        about=f"The model `{sink.name}` {inline(service.verdict)}.",
        app=app,
        prepare=f"src/{draft.package}/prepare.py",
    )
    return Contribution(
        files=(server_script(draft.package),),
        modules=service_modules(draft, service, engine),
        stages=packaging_stage(draft, service, engine),
        tests=(service_test(service, draft.package),),
        libraries=LIBRARIES,
        tools=TOOLS,
        requirements=(requirements,),
        settings={"service": settings},
        ignored=(f"/{FOLDER}/",),
        readme=readme,
    )
