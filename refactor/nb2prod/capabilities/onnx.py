"""The model exported to ONNX, with a report of its parity.

A model of scikit-learn, XGBoost or LightGBM is exported when it is packaged. `reports/onnx.json`
says on how many of the notebook's rows it predicts the same, and how far its numbers are apart at
most. The service uses it only where all predictions are the same.
"""

from __future__ import annotations

from nb2prod.capability import Capability, Material, Proof, RefusedError, Trial
from nb2prod.emit.contribution import Contribution
from nb2prod.emit.templates import filled, rendered
from nb2prod.emit.writer import GeneratedFile

# What exports to ONNX, by the library of the model.
_CONVERTERS = {
    "scikit-learn": ("skl2onnx",),
    "xgboost": ("skl2onnx", "onnxmltools"),
    "lightgbm": ("skl2onnx", "onnxmltools"),
}
_BOUNDS = {"onnxmltools": ">=1.14", "onnxruntime": ">=1.20", "skl2onnx": ">=1.18"}


def _prove(trial: Trial) -> Proof:
    """Return the library of the model, where it has a converter."""
    from nb2prod.capabilities.api.service import Service, model_library

    service = trial.proofs["api"]
    assert isinstance(service, Service)
    library = service.libraries[0] if service.libraries else model_library(trial.draft, service)
    if library in _CONVERTERS and not service.adapter:
        return Proof(library)
    raise RefusedError(f"models of {library or 'a class of the notebook'} are not converted")


def _contribute(material: Material) -> Contribution:
    package = material.draft.package
    library = material.proofs["onnx"]
    assert isinstance(library, str)
    return Contribution(
        modules={
            name: rendered(f"onnx/package/{name}", package=package)
            for name in ("onnx_model", "onnx_export")
        },
        tests=(
            GeneratedFile("tests/test_onnx.py", rendered("onnx/tests/test_onnx", package=package)),
        ),
        libraries={name: _BOUNDS[name] for name in ("onnxruntime", *_CONVERTERS[library])},
        readme=filled("onnx/README.md"),
    )


CAPABILITY = Capability(
    _contribute,
    needs=("api",),
    hooks={"engine": "onnx"},
    prove=_prove,
)
