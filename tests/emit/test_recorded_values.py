"""The modules that a generated project's tests share: values in files, and what differs."""

import importlib
import math
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from nb2prod.emit.project_tests.files import support_files
from nb2prod.emit.writer import write_files


@pytest.fixture(scope="module")
def support(tmp_path_factory):
    """Return the modules as a generated project has them."""
    root = tmp_path_factory.mktemp("support")
    files = [
        f
        for f in support_files("any_package", carries=True)
        if "calls" not in f.path and "runs" not in f.path
    ]
    write_files(root, files)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "tests")
        names = ("comparison", "description", "values")
        yield {name: importlib.import_module(f"support.{name}") for name in names}
    for name in [n for n in sys.modules if n.partition(".")[0] == "support"]:
        del sys.modules[name]


@pytest.fixture
def differences(support):
    return lambda actual, expected: support["comparison"].differences(actual, expected, "it")


TABLE = pd.DataFrame(
    {
        "n": [1, 2, 3],
        "x": [0.1, np.nan, 1e-300],
        "s": ["a,b", 'say "c"', "line\nbreak"],
        "yes": [True, False, True],
        "when": pd.to_datetime(["2024-01-01 00:00", None, "2024-01-03 10:00"]),
    }
)
VALUES = {
    "number": 3,
    "float": 0.1 + 0.2,
    "nan": math.nan,
    "text": "é\n'x'",
    "nothing": None,
    "list": [1, "a", [2.5]],
    "tuple": (1, 2),
    "mapping": {"a": [1], "b": {"c": None}},
    "other keys": {1: "a", (2, 3): "b"},
    "set": {1, 2},
    "lines": ["one", "two", ""],
    "long": list(range(2000)),
    "numpy number": np.float32(0.1),
    "table": TABLE,
    "rows of a table": TABLE.iloc[[2, 0]],
    "named index": TABLE.set_index("s")[["n", "x"]],
    "numbered columns": pd.DataFrame([[1, 2.5]], columns=[0, 7]),
    "same names": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "empty table": TABLE.iloc[:0],
    "gaps in texts": pd.DataFrame({"a": ["x", None, "y"]}),
    "empty texts": pd.DataFrame({"a": ["x", "", None]}),
    "categories": pd.DataFrame({"a": pd.Categorical(["x", "y"], categories=["y", "x", "z"])}),
    "hierarchy": TABLE.groupby(["s", "n"])[["x"]].sum(),
    "zones": pd.DataFrame({"t": pd.to_datetime(["2024-01-01"], utc=True)}),
    "mixed column": pd.DataFrame({"a": [1, "a", [2]]}),
    "series": TABLE["x"].iloc[1:],
    "series of texts": pd.Series(["a", "b"], index=["x", "y"], name="z"),
    "series without a name": pd.Series([1, 2]),
    "array": np.array([[1.5, np.nan], [0.1, 2.0]]),
    "array of ints": np.arange(5, dtype="uint8"),
    "array of texts": np.array(["a", "bcd"]),
    "array of objects": np.array(["a", "bcd"], dtype=object),
    "array of bools": np.array([True, False]),
    "large array": np.ones((2, 3, 4), dtype="float32"),
    "array of nothing": np.empty((0, 3)),
    "number array": np.array(3.5),
    "tables in a list": [TABLE, TABLE["n"]],
    "tables by name": {"a": TABLE, "b": (1, TABLE["s"])},
    "index": pd.Index(["a", "b"]),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_read_as_it_was_written(support, differences, tmp_path, name):
    value = VALUES[name]
    node = support["values"].write(value, tmp_path, "value")
    again = support["values"].read(node, tmp_path)
    assert type(again) is type(value)
    assert differences(again, value) == []
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(again, value, check_column_type=False)


@pytest.mark.parametrize("name", ["table", "rows of a table", "array", "series"])
def test_a_plain_table_is_kept_as_text(support, tmp_path, name):
    support["values"].write(VALUES[name], tmp_path, "value")
    assert [p.name for p in tmp_path.iterdir()] == ["value.csv"]


def test_only_what_nothing_else_keeps_is_pickled(support, tmp_path):
    pickled = []
    for name, value in VALUES.items():
        support["values"].write(value, tmp_path, name)
        if (tmp_path / f"{name}.pkl").exists():
            pickled.append(name)
    assert pickled == ["mixed column", "index"]


@pytest.mark.parametrize(
    ("actual", "expected", "difference"),
    [
        (1, 2, "it: 1, recorded 2"),
        ("a", 1, "it: str ('a'), recorded int"),
        ([1, 2], [1], "it: 2 items, recorded 1"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "it['a'][1]: 2, recorded 3"),
        ({"b": 1}, {"a": 1}, "it: the key 'a' is missing"),
        (np.array([1.0, 2.0]), np.array([1.0, 2.1]), "it, at (1,): 2.0, recorded 2.1"),
        (np.array([1, 2]), np.array([1.0, 2.0]), "it: type int64, recorded float64"),
        (np.zeros(2), np.zeros(3), "it: shape (2,), recorded (3,)"),
        (TABLE[["n"]], TABLE, "it: the column 'x' is missing"),
        (TABLE[["x", "n"]], TABLE[["n", "x"]], "it: the order of the columns has changed"),
        (TABLE.head(2), TABLE, "it: 2 rows, recorded 3"),
        (TABLE.assign(n=[1, 2, 4]), TABLE, "it['n'], at 2: 4, recorded 3"),
        (TABLE.assign(n=0), TABLE, "it['n'], at 0: 0, recorded 1 (3 of 3 differ)"),
        (TABLE.assign(x=0.0).head(2), TABLE.head(2), "it['x'], at 0: 0.0, recorded 0.1 (2 of 2"),
        (TABLE.assign(s="a").head(1), TABLE.head(1), "it['s'], at 0: 'a', recorded 'a,b'"),
        (TABLE.iloc[[1, 0]], TABLE.iloc[[0, 1]], "it.index, at (0,): 1, recorded 0 (2 of 2"),
        ("loss 0.25", "loss 0.35", "it: 'loss 0.25', recorded 'loss 0.35'"),
        (None, 1, "it: missing value (None), recorded int"),
        (True, False, "it: True, recorded False"),
        (10**9, 10**9 + 1, "it: 1000000000, recorded 1000000001"),
    ],
)
def test_a_difference_names_its_place(differences, actual, expected, difference):
    assert difference in differences(actual, expected)[0]


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (0.1 + 0.2, 0.3),
        (math.nan, math.nan),
        (np.array([0.1 + 0.2, np.nan]), np.array([0.3, np.nan])),
        ("loss 0.30000000000000004 after 3", "loss 0.3 after 3"),
        (np.float64(1.0), 1.0),
        (pd.Series(["a"], dtype=object), pd.Series(["a"], dtype="str")),
        (None, pd.NaT),
        ({1, 2}, {2, 1}),
        (object(), object()),
    ],
)
def test_rounding_and_kinds_of_texts_do_not_count(differences, actual, expected):
    assert differences(actual, expected) == []


X = np.array([[0.0], [1.0], [2.0], [3.0]])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LogisticRegression(C=1.0), LogisticRegression(C=2.0)),
        (LogisticRegression().fit(X, [0, 0, 1, 1]), LogisticRegression().fit(X, [0, 1, 1, 1])),
        (DecisionTreeClassifier(), DecisionTreeClassifier().fit(X, [0, 0, 1, 1])),
        (
            DecisionTreeClassifier().fit(X, [0, 0, 1, 1]),
            DecisionTreeClassifier().fit(X, [0, 1, 1, 1]),
        ),
    ],
)
def test_models_are_compared_by_what_they_have_learned(support, tmp_path, one, other):
    values, comparison = support["values"], support["comparison"]
    node = values.write(one, tmp_path, "model", describe=True)
    expected = values.read(node, tmp_path)
    assert list(tmp_path.iterdir()) == [], "a description is no pickle"
    assert comparison.differences(one, expected, "model") == []
    assert comparison.differences(other, expected, "model") != []
