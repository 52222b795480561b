"""A model in ONNX says how near it comes to the model, and serves only where it is the same."""

import sys
import types

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nb2prod.emit.templates import rendered

pytest.importorskip("skl2onnx")
pytest.importorskip("onnxruntime")

ROWS, CLASSES = make_classification(120, 6, n_classes=3, n_informative=4, random_state=0)
POINTS, NUMBERS = make_regression(120, 6, noise=3, random_state=2)


@pytest.fixture(name="package", scope="module")
def fixture_package():
    """The modules of a project that has its model in ONNX."""
    package = types.ModuleType("exporting")
    package.__path__ = []
    sys.modules["exporting"] = package
    for template in ("api/package/engines", "onnx/package/onnx_model", "onnx/package/onnx_export"):
        name = template.rpartition("/")[2]
        module = types.ModuleType(f"exporting.{name}")
        sys.modules[module.__name__] = module
        exec(rendered(template, package="exporting"), module.__dict__)
        setattr(package, name, module)
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "exporting"]:
        del sys.modules[name]


def exported(package, model, rows, target):
    """Train a model; return it with its ONNX, the report, and what serves it."""
    model.fit(rows, target)
    data, report = package.onnx_export.export(model, rows)
    builders = package.onnx_model.builders(data, report)
    return data, report, package.engines.chosen(model, rows, builders)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(15, random_state=0),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=["forest", "pipeline"],
)
@pytest.mark.parametrize("labels", [CLASSES, CLASSES.astype(str)], ids=["numbers", "texts"])
def test_labels_that_are_all_the_same_are_served(package, model, labels):
    data, report, engine = exported(package, model, ROWS, labels)
    assert (report["rows"], report["equal"]) == (120, 120)
    assert engine == "onnx"
    found, probabilities = package.onnx_model.OnnxModel(data, report["dtype"]).predict(ROWS[:7])
    assert found.tolist() == model.predict(ROWS[:7]).tolist()
    assert found.dtype == labels.dtype
    assert probabilities is None


@pytest.mark.parametrize(
    ("library", "name"), [("xgboost", "XGBClassifier"), ("lightgbm", "LGBMClassifier")]
)
def test_boosted_trees_that_know_columns_by_name_are_served(package, library, name):
    pytest.importorskip("onnxmltools")
    model = getattr(pytest.importorskip(library), name)(n_estimators=9)
    table = pd.DataFrame(ROWS, columns=list("abcdef"))
    _, report, engine = exported(package, model, table, CLASSES)
    assert (report["rows"], report["equal"], engine) == (120, 120, "onnx")
    assert report["versions"].keys() == {"onnxruntime", "skl2onnx", "onnxmltools"}
    assert list(model.feature_names_in_) == list("abcdef"), "the model stays as it is"


@pytest.mark.parametrize("model", [LinearRegression(), RandomForestRegressor(9)], ids=repr)
def test_numbers_of_single_precision_are_reported_and_not_served(package, model):
    data, report, engine = exported(package, model, POINTS, NUMBERS)
    assert data
    assert engine == "fast"
    assert report["equal"] < 120
    assert 0 < report["largest_difference"] < 0.01
    apart = np.abs(
        package.onnx_model.OnnxModel(data, "<f8").predict(POINTS)[0] - model.predict(POINTS)
    )
    assert report["largest_difference"] == pytest.approx(apart.max())


def test_a_model_that_predicts_otherwise_is_not_served(package):
    """Numbers that differ only beyond single precision fall on the other side of a border."""
    near = 1 + np.arange(64).reshape(-1, 1) * 1e-9
    _, report, engine = exported(package, KNeighborsClassifier(1), near, near[:, 0] > near.mean())
    assert report["equal"] < report["rows"]
    assert engine != "onnx"


class Own(ClassifierMixin, BaseEstimator):
    """A model for which there is no converter."""

    def fit(self, rows, target):
        self.classes_, self.n_features_in_ = np.unique(target), rows.shape[1]
        return self

    def predict(self, rows):
        return self.classes_.take((rows[:, 0] > 0).astype(int))


def test_a_model_without_a_converter_is_left_as_it_is(package):
    data, report, engine = exported(package, Own(), ROWS, CLASSES)
    assert data == b""
    assert not report["exported"]
    assert "Own" in report["why"]
    assert engine == "plain"


def test_a_model_of_texts_is_left_as_it_is(package):
    data, report = package.onnx_export.export(Own(), [["a"], ["b"]])
    assert data == b""
    assert report["why"] == "not all features are finite numbers"
