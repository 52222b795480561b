"""The modules of a service are Python, whatever the service is."""

import pytest

from nb2prod.emit.templates import rendered

VALUES = {
    "package": "sales", "labels": True, "columns": "{}", "names": "['a']", "numbers": ["a"],
    "title": "Sales", "description": "It sells.", "fields": ["a: int"], "literals": False,
    "dates": False, "about": "A record.", "example": "{}", "model_path": "models/line.pkl",
    "part": "", "libraries": ["numpy"], "metrics": [], "notebook": "'sales.ipynb'",
    "verdict": "verified", "files": {"model": "model.skops"}, "functions": ["numpy.log"],
    "pickled": False,
}  # fmt: skip
MODULES = ["learnt", "records", "formats", "packing", "engines", "package_model",
           "api/app", "api/routes", "api/predictor", "api/schemas", "api/metrics",
           "api/limits", "api/connections", "api/settings"]  # fmt: skip
TEMPLATES = [
    *(f"api/package/{name}" for name in MODULES),
    "api/serve",
    "api/tests/test_service",
    "onnx/package/onnx_model",
    "onnx/package/onnx_export",
    "onnx/tests/test_onnx",
]
OPTIONS = ["raw", "straight", "probabilities", "scores", "engine"]
# None of them, each alone, all.
CHOSEN = [[], *([option] for option in OPTIONS), OPTIONS]


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize(
    ("adapter", "chosen"),
    [*(("", c) for c in CHOSEN), ("torch_network", []), ("series_forecast", OPTIONS)],
    ids=str,
)
def test_each_module_is_python(name, adapter, chosen):
    options = {option: option in chosen for option in OPTIONS}
    options["engine"] = "onnx" if options["engine"] else ""
    text = rendered(name, adapter=adapter, **options, **VALUES)
    compile(text, name, "exec")
