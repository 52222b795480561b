"""A model is kept as data of types that are named, and comes back as it was."""

import sys
import types

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer

from nb2prod.emit.templates import rendered

pytest.importorskip("skops")

ROWS, CLASSES = make_classification(120, 6, n_classes=3, n_informative=4, random_state=0)
TABLE = pd.DataFrame(ROWS, columns=list("abcdef"))


@pytest.fixture(name="packing")
def fixture_packing(tmp_path):
    """The module of a project in a folder of its own."""
    package = types.ModuleType("packed")
    package.__path__ = []
    package.artifacts = types.ModuleType("packed.artifacts")
    package.artifacts.ROOT = tmp_path
    modules = {"packed": package, "packed.artifacts": package.artifacts}
    module = types.ModuleType("packed.packing")
    sys.modules |= modules
    exec(rendered("api/package/packing", package="packed", adapter="", engine=""), module.__dict__)
    yield module
    for name in modules:
        del sys.modules[name]


def gradient_boosted(library, name):
    return getattr(pytest.importorskip(library), name)(n_estimators=5)


@pytest.mark.parametrize(
    "made",
    [
        lambda: RandomForestClassifier(5, random_state=0),
        lambda: gradient_boosted("xgboost", "XGBClassifier"),
        lambda: gradient_boosted("lightgbm", "LGBMClassifier"),
    ],
    ids=["scikit-learn", "xgboost", "lightgbm"],
)
def test_a_model_is_no_pickle_and_predicts_the_same(packing, made):
    model = made().fit(TABLE, CLASSES)
    for _ in range(8):  # parts may be named at random, and each name has to do
        packing.save({"model": model}, {})
        parts, card = packing.load()
        assert card["files"]["model"]["file"] == "model.skops"
        assert np.array_equal(parts["model"].predict_proba(TABLE), model.predict_proba(TABLE))


def test_the_same_model_is_the_same_file(packing):
    files = []
    for _ in range(4):
        model = RandomForestClassifier(5, random_state=0).fit(TABLE, CLASSES)
        packing.save({"model": model, "table": TABLE}, {})
        files.append([path.read_bytes() for path in sorted(packing.artifacts.ROOT.rglob("*.*"))])
    assert len(files[0]) == 3
    assert files == files[:1] * 4


def test_what_can_not_be_kept_as_data_is_kept_all_the_same(packing):
    words = CountVectorizer(tokenizer=len)  # a function is code
    packing.save({"words": words}, {})
    parts, _ = packing.load()
    assert parts["words"].tokenizer is len


def test_a_type_that_is_not_known_is_refused(packing):
    packing.save({"model": RandomForestClassifier(5)}, {})
    packing.TRUSTED = ("nobody.",)
    card = packing.artifacts.ROOT / packing.PLACE / "card.json"
    card.write_text(card.read_text().replace('"types": []', '"types": ["os.system"]'))
    with pytest.raises(ValueError, match=r"model\.skops has types that are not .*: os\.system"):
        packing.load()
