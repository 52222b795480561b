"""A model is kept as data of types that are named, and comes back as it was."""

import hashlib
import json
import os
import pickle
import sys
import types
import zipfile
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.preprocessing import FunctionTransformer

from nb2prod.emit.templates import rendered
from nb2prod.verify.probes import storage

pytest.importorskip("skops")

ROWS, CLASSES = make_classification(120, 6, n_classes=3, n_informative=4, random_state=0)
TABLE = pd.DataFrame(ROWS, columns=list("abcdef"))


@pytest.fixture(name="package")
def fixture_package(tmp_path):
    """The modules `formats` and `packing` of a project in a folder of its own."""
    package = types.ModuleType("packed")
    package.__path__ = []
    package.artifacts = types.ModuleType("packed.artifacts")
    package.artifacts.ROOT = tmp_path
    sys.modules |= {"packed": package, "packed.artifacts": package.artifacts}
    values = {"package": "packed", "adapter": "", "engine": "", "functions": [], "pickled": True}
    for name in ("formats", "packing"):
        module = types.ModuleType(f"packed.{name}")
        sys.modules[module.__name__] = module
        setattr(package, name, module)
        exec(rendered(f"api/package/{name}", files={}, **values), module.__dict__)
    yield package
    for name in ("packed", "packed.artifacts", "packed.formats", "packed.packing"):
        del sys.modules[name]


@pytest.fixture(name="packing")
def fixture_packing(package):
    """The module that stores the parts of the package."""
    return package.packing


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
    packing.FILES = {"model": "model.skops"}
    model = made().fit(TABLE, CLASSES)
    for _ in range(8):  # parts may be named at random, and each name has to do
        packing.save({"model": model}, {})
        parts, _ = packing.load()
        assert np.array_equal(parts["model"].predict_proba(TABLE), model.predict_proba(TABLE))


def test_the_same_model_is_the_same_file(packing):
    packing.FILES = {"model": "model.skops", "table": "table.skops"}
    files = []
    for _ in range(4):
        model = RandomForestClassifier(5, random_state=0).fit(TABLE, CLASSES)
        packing.save({"model": model, "table": TABLE}, {})
        files.append([path.read_bytes() for path in sorted(packing.artifacts.ROOT.rglob("*.*"))])
    assert len(files[0]) == 3
    assert files == files[:1] * 4


def test_a_part_that_is_no_data_is_pickled_if_the_code_says_so(packing):
    words = CountVectorizer(tokenizer=len)  # a function is code
    packing.FILES = {"words": "words.skops"}
    with pytest.raises(TypeError, match=r"words can't be stored as words\.skops .*nb2prod add api"):
        packing.save({"words": words}, {})
    packing.FILES = {"words": "words.pkl"}
    packing.save({"words": words}, {})
    parts, _ = packing.load()
    assert parts["words"].tokenizer is len


class Evil:
    """An object that runs a command when it is unpickled."""

    def __init__(self, proof):
        self.proof = proof

    def __reduce__(self):
        return os.mkdir, (str(self.proof),)


@pytest.mark.parametrize("file", ["evil.pkl", "../../evil.pkl", "model.skops"])
def test_a_card_can_not_choose_how_or_where_a_file_is_read(packing, tmp_path, file):
    packing.FILES = {"model": "model.skops"}
    packing.save({"model": RandomForestClassifier(2)}, {})
    evil = pickle.dumps(Evil(tmp_path / "proof"))
    (packing.FOLDER / file).write_bytes(evil)
    about = {"file": file, "sha256": hashlib.sha256(evil).hexdigest(), "types": []}
    (packing.FOLDER / "card.json").write_text(json.dumps({"files": {"model": about}}))
    with pytest.raises((ValueError, zipfile.BadZipFile)):
        packing.load()
    assert not (tmp_path / "proof").exists()


def locked(packing):
    """Write the `dvc.lock` of the package as it is now."""
    outs = [
        {"path": f"models/service/{p.name}", "md5": hashlib.md5(p.read_bytes()).hexdigest()}
        for p in packing.FOLDER.iterdir()
    ]
    packing.LOCK.write_text(yaml.safe_dump({"stages": {"package_model": {"outs": outs}}}))


def test_a_package_is_only_read_as_dvc_recorded_it(packing):
    packing.FILES = {"model": "model.skops"}
    packing.save({"model": RandomForestClassifier(2)}, {"engine": "fast"})
    locked(packing)
    packing.load()
    packing.save({"model": RandomForestClassifier(3)}, {"engine": "fast"})  # model and card fit
    with pytest.raises(ValueError, match=r"is not the file that dvc\.lock records; run dvc repro"):
        packing.load()
    locked(packing)  # as `dvc repro` does
    assert packing.load()[0]["model"].n_estimators == 3


def test_a_package_that_dvc_does_not_know_is_refused_beside_a_lock(packing):
    packing.FILES = {"model": "model.skops"}
    packing.save({"model": RandomForestClassifier(2)}, {})
    packing.LOCK.write_text("stages: {}\n")
    with pytest.raises(ValueError, match=r"dvc\.lock"):
        packing.load()


@pytest.mark.parametrize(
    "function", [np.testing.runstring, f_classif], ids=["it runs code", "harmless"]
)
def test_a_function_of_a_trusted_package_has_to_be_named_in_the_code(package, function):
    """A function can run anything; a class only holds data."""
    data = package.formats.dumped(FunctionTransformer(function), ".skops")
    with pytest.raises(ValueError, match=rf"types that are not trusted: .*{function.__name__}"):
        package.formats.loaded(data, ".skops")
    package.formats.TRUSTED += (f"{function.__module__}.{function.__name__}",)
    assert package.formats.loaded(data, ".skops").func is function


def test_the_format_of_a_part_is_the_safest_in_which_it_can_be_stored(package):
    parts = {
        "model": RandomForestClassifier(2),
        "learnt": {"best": [SelectKBest(f_classif)]},
        "form": CountVectorizer(tokenizer=len),
    }
    found = storage.formats_of(parts, "packed", "")
    assert found["endings"] == {"model": ".skops", "learnt": ".skops", "form": ".pkl"}
    assert found["functions"] == [f"{f_classif.__module__}.f_classif"]
    assert not package.formats.is_trusted(found["functions"][0]), "trust is for the trial only"


@pytest.mark.parametrize(
    ("value", "ending"),
    [(RandomForestClassifier(), ".skops"), ({"mean": [1.5]}, ".skops"), (Fraction(1), ".pkl")],
    ids=["scikit-learn", "values", "another library"],
)
def test_where_skops_is_not_installed_the_library_decides(value, ending):
    assert storage._likely(value, "packed") == ending
