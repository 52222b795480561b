"""The model exported to ONNX, with a report of its parity.

The packaging stage exports models of scikit-learn, XGBoost and LightGBM. `reports/onnx.json` has
the number of the notebook's rows for which both models predict the same, and the largest difference
between their predictions. The service uses the ONNX model only if all predictions are the same.
"""

from __future__ import annotations

from nb2prod.capability import Capability, Material, Proof, RefusedError, Trial
from nb2prod.emit.contribution import Contribution
from nb2prod.emit.templates import filled, rendered
from nb2prod.emit.writer import GeneratedFile

# Library of a model -> the distributions that convert it to ONNX.
_CONVERTERS = {
    "scikit-learn": ("skl2onnx",),
    "xgboost": ("skl2onnx", "onnxmltools"),
    "lightgbm": ("skl2onnx", "onnxmltools"),
}
_BOUNDS = {"onnxmltools": ">=1.14", "onnxruntime": ">=1.20", "skl2onnx": ">=1.18"}


def _prove(trial: Trial) -> Proof:
    """Return the library of the model, if there is a converter for it."""
    from nb2prod.capabilities.api.service import Service, model_library

    service = trial.proofs["api"]
    assert isinstance(service, Service)
    library = service.libraries[0] if service.libraries else model_library(trial.draft, service)
    if library in _CONVERTERS and not service.adapter:
        return Proof(library)
    raise RefusedError(f"no converter to ONNX for models of {library or 'a class of the notebook'}")


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
