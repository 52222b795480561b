"""The knowledge files hold only the vocabulary, and say what is true of the real libraries."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import random
import re
import tomllib
import warnings
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from sklearn.utils import all_estimators

from nb2prod.knowledge import catalog

SHORTHANDS = {"pure", "chains", "inplace", "views", "mutating", "figures", "metrics"}
GROUPS = SHORTHANDS | {"gives", "roles", "methods"}
LISTS = {"traits", "actions", "charts", "target_arguments"}
CLASS = GROUPS | {"bases", "attributes", "immutable", "unstorable", "clones", "draws"}
STATES = {None, "numpy", "python", "torch", "tensorflow", "cv2"}
SOURCES = {
    s.name: s
    for s in files("nb2prod.knowledge").joinpath("libraries").iterdir()
    if s.name.endswith(".toml")
}
TABLES = {name: tomllib.loads(source.read_text("utf-8")) for name, source in SOURCES.items()}


def entries(name: str) -> list[dict[str, Any]]:
    """Return all that is written like a class: classes, modules, and `common.toml` itself."""
    table = TABLES[name]
    listed = [*table.get("classes", {}).values(), *table.get("modules", {}).values()]
    return [table] if name == "common.toml" else listed


# The files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_file_holds_only_the_vocabulary(name: str) -> None:
    table = TABLES[name]
    effects = [*table.get("functions", {}).values()]
    if name == "common.toml":
        assert table.keys() <= GROUPS | LISTS
    else:
        assert table.keys() <= LISTS | {"functions", "classes", "modules", "families", "aliases"}
    for entry in table.get("modules", {}).values():
        assert entry.keys() <= GROUPS
    for entry in entries(name):
        assert entry.keys() <= CLASS | (LISTS if entry is table else set())
        assert entry.get("draws") in STATES
        assert entry.get("roles", {}).keys() <= set(catalog.ROLES)
        effects += entry.get("methods", {}).values()
        listed = [n for key in SHORTHANDS for n in entry.get(key, ())]
        listed += [n for names in entry.get("gives", {}).values() for n in names]
        twice = {n for n in listed if listed.count(n) > 1}
        assert twice == set()
        for names in entry.get("roles", {}).values():
            assert set(names) <= {*listed, *entry.get("methods", {})}
    for effect in map(catalog.effect, effects):
        assert effect.role in {None, *catalog.ROLES}
        assert effect.draws in {*STATES, "nothing"}
        assert set(effect.seeds) <= STATES
        for path in (effect.reads, effect.writes):
            assert path is None or re.fullmatch(r"\d(:\w+)?|self", path)
        for who in (*effect.shares, *effect.holds, *effect.mutates):
            assert who.isidentifier() or who.isdigit()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_a_file_refers_to_exists(name: str) -> None:
    table = TABLES[name]
    bases = [b for c in table.get("classes", {}).values() for b in c.get("bases", ())]
    for target in (*table.get("families", {}).values(), *bases):
        assert catalog.library_class(target) is not None, target
    for prefix in table.get("aliases", {}):
        assert catalog.canonical(prefix) == catalog.canonical(catalog.canonical(prefix))
    library = name.removesuffix(".toml")
    if library not in ("common", "stdlib"):
        for kind in ("functions", "classes", "modules"):
            for key in table.get(kind, {}):
                assert key.partition(".")[0] == library
                assert kind == "modules" or catalog.canonical(key) == key, "never looked up"


def test_a_key_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        catalog.effect({"colour": "red"})


# How it is looked up ----------------------------------------------------------------------------


def test_the_standard_library_is_in_one_file() -> None:
    assert catalog.function("random.shuffle") == catalog.Effect(draws="python", mutates=("0", "x"))
    assert catalog.function("math.sqrt") == catalog.Effect(returns="builtins.float")


def test_an_alias_leads_to_the_one_name() -> None:
    assert catalog.canonical("tensorflow.keras.layers.Dense") == "keras.layers.Dense"
    assert catalog.method("fbprophet.Prophet", "fit") == catalog.method("prophet.Prophet", "fit")


def test_a_class_that_is_not_listed_is_described_by_its_family() -> None:
    fit = catalog.method("sklearn.preprocessing.StandardScaler", "fit")
    assert fit == catalog.Effect(returns="self", mutates=("self",), role="features")
    assert catalog.method("sklearn.preprocessing.scale", "fit") is None


def test_a_star_stands_for_the_methods_that_nobody_lists() -> None:
    generator = "numpy.random.Generator"
    assert catalog.method(generator, "normal") == catalog.Effect(mutates=("self",))
    assert catalog.method("numpy.random.RandomState", "get_state") == catalog.PURE


def test_a_class_draws_if_one_of_its_bases_does() -> None:
    assert catalog.draws("sklearn.ensemble.RandomForestClassifier") == "numpy"
    assert catalog.draws("imblearn.over_sampling.SMOTE") == "numpy"
    assert catalog.draws("sklearn.linear_model.LinearRegression") is None


def test_what_starts_programs_is_unknown() -> None:
    assert catalog.function("os.system") is None
    assert catalog.function("subprocess.run") is None


# Nothing common is unknown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("class_name", "class_"),
    [
        ("pandas.DataFrame", pd.DataFrame),
        ("pandas.Series", pd.Series),
        ("pandas.Index", pd.MultiIndex),
        ("pandas.Index", pd.DatetimeIndex),
        ("pandas.Series.str", pd.Series.str),
        ("pandas.api.typing.DataFrameGroupBy", pd.api.typing.DataFrameGroupBy),
        ("pandas.api.typing.SeriesGroupBy", pd.api.typing.SeriesGroupBy),
        ("pandas.api.typing.Rolling", pd.api.typing.Rolling),
        ("pandas.api.typing.Resampler", pd.api.typing.Resampler),
        ("numpy.ndarray", np.ndarray),
        ("builtins.list", list),
        ("builtins.dict", dict),
        ("builtins.set", set),
        ("builtins.str", str),
    ],
)
def test_every_public_method_is_described(class_name: str, class_: type) -> None:
    methods = [n for n in dir(class_) if n[0] != "_" and inspect.isroutine(getattr(class_, n))]
    unknown = [n for n in methods if catalog.method(class_name, n) is None]
    assert methods
    assert unknown == []


@pytest.mark.parametrize("module", [np, np.random, np.linalg, pd])
def test_every_public_function_is_described(module: Any) -> None:
    names = [n for n in dir(module) if n[0].islower() and callable(getattr(module, n))]
    unknown = [
        name
        for name in (f"{module.__name__}.{n}" for n in names)
        if catalog.function(name) is None and catalog.library_class(name) is None
    ]
    assert names
    assert set(unknown) <= {"numpy.ufunc", "numpy.flatiter"}


# pandas and numpy do what is said of them -------------------------------------------------------

DAYS = pd.date_range("2020", periods=3)
# Since pandas 3 all results are copies on write: a view is no more than an economy of memory.
COPY_ON_WRITE = int(pd.__version__.partition(".")[0]) >= 3
GONE = {"first", "last", "swapaxes", "backfill", "pad"}  # with pandas 3
CALLS: dict[str, tuple[Any, ...]] = {
    "add": (1,), "add_prefix": ("p",), "add_suffix": ("s",), "agg": ("sum",), "apply": (np.sqrt,),
    "asfreq": ("D",), "assign": (), "astype": (float,), "between_time": ("0:00", "1:00"),
    "clip": (0, 9), "combine_first": (pd.DataFrame({"c": [1.0]}),), "drop": ("2020-01-01",),
    "eval": ("a + b",), "explode": ("a",), "fillna": (0,), "filter": (["a"],), "first": ("2D",),
    "get": ("a",), "insert": (0, "z", 1), "isetitem": (0, 5.0), "isin": ([1],), "last": ("2D",),
    "map": (np.sqrt,), "mask": (np.zeros((3, 2), dtype=bool),), "nlargest": (2, "a"),
    "pop": ("a",), "query": ("a > 1",), "reindex": ([0],), "rename": (str,), "rename_axis": ("i",),
    "replace": (1, 2), "set_axis": ([1, 2, 3],), "set_flags": (), "set_index": ("a",),
    "sort_values": ("a",), "swapaxes": (0, 1), "take": ([0],), "transform": (np.sqrt,),
    "tz_localize": ("UTC",), "update": (pd.DataFrame({"a": [7.0]}, index=DAYS[:1]),),
    "where": (np.ones((3, 2), dtype=bool),), "xs": ("a", 1),
}  # fmt: skip
NO_ARGUMENTS = [
    "abs", "bfill", "convert_dtypes", "copy", "corr", "count", "cumsum", "describe", "diff",
    "drop_duplicates", "dropna", "duplicated", "ffill", "head", "idxmax",
    "infer_objects", "interpolate", "isna", "items", "keys", "max", "mean", "median", "melt",
    "nunique", "pct_change", "quantile", "rank", "reset_index", "round", "sample", "shift",
    "sort_index", "squeeze", "stack", "std", "sum", "tail", "to_dict", "to_numpy", "to_period",
    "to_records", "transpose", "unstack", "value_counts", "var",
]  # fmt: skip


def frame() -> pd.DataFrame:
    return pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [6.0, 5.0, 4.0]}, index=DAYS)


def arrays(value: Any) -> list[np.ndarray]:
    """Return the memory of a result."""
    if isinstance(value, pd.DataFrame):
        return [np.asarray(value.iloc[:, i]) for i in range(value.shape[1])]
    if isinstance(value, pd.Series | np.ndarray):
        return [np.asarray(value)]
    return [a for v in value for a in arrays(v)] if isinstance(value, list | tuple) else []


def call(receiver: Any, name: str, *given: Any, **named: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(receiver, name)(*given, **named)


@pytest.mark.parametrize("name", sorted({*CALLS, *NO_ARGUMENTS}))
def test_a_frame_changes_and_shares_only_as_described(name: str) -> None:
    effect = catalog.method("pandas.DataFrame", name)
    assert effect is not None
    if COPY_ON_WRITE and name in GONE:
        pytest.skip("this pandas has it no more")
    table = frame()
    memory = table.to_numpy()
    result = call(table, name, *CALLS.get(name, ()))
    changed = not table.equals(frame()) or list(table) != ["a", "b"]
    assert changed == ("self" in effect.mutates)
    if not COPY_ON_WRITE and any(np.shares_memory(a, memory) for a in arrays(result)):
        assert {"self"} <= {*effect.shares, *effect.mutates}
    if effect.returns in ("same", "pandas.DataFrame"):
        assert isinstance(result, pd.DataFrame)
    elif effect.returns == "pandas.Series":
        assert isinstance(result, pd.Series)


@pytest.mark.skipif(COPY_ON_WRITE, reason="no result of this pandas is a view to write through")
@pytest.mark.parametrize(
    "name", ["first", "get", "head", "set_flags", "squeeze", "tail", "to_numpy", "transpose", "xs"]
)
def test_views_of_a_frame_share_its_memory(name: str) -> None:
    table = frame()[["a"]] if name == "squeeze" else frame()
    effect = catalog.method("pandas.DataFrame", name)
    assert effect is not None
    assert effect.shares == ("self",)
    column = np.asarray(table["a"])
    result = call(table, name, *CALLS.get(name, ()))
    assert any(np.shares_memory(a, column) for a in arrays(result))


@pytest.mark.parametrize("class_", [pd.DataFrame, pd.Series, pd.Index])
def test_inplace_methods_take_that_keyword(class_: type) -> None:
    known = catalog.library_class(f"pandas.{class_.__name__}")
    assert known is not None
    assert known.inplace
    for name in set(known.inplace) - (GONE if COPY_ON_WRITE else set()):
        assert "inplace" in inspect.signature(getattr(class_, name)).parameters


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("sort", ()), ("fill", (7,)), ("put", (0, 9)), ("partition", (1,)), ("copy", ()),
        ("argsort", ()), ("astype", (float,)), ("flatten", ()), ("ravel", ()), ("reshape", (3, 1)),
        ("squeeze", ()), ("transpose", ()), ("view", ()), ("swapaxes", (0, 0)), ("cumsum", ()),
        ("repeat", (2,)), ("round", ()), ("clip", (0, 9)), ("take", ([0],)), ("tolist", ()),
        ("mean", ()), ("sum", ()), ("tobytes", ()), ("conj", ()),
    ],
)  # fmt: skip
def test_an_array_changes_and_shares_only_as_described(name: str, given: tuple[Any, ...]) -> None:
    effect = catalog.method("numpy.ndarray", name)
    assert effect is not None
    array = np.array([3.0, 1.0, 2.0])
    result = getattr(array, name)(*given)
    assert (array.tolist() != [3.0, 1.0, 2.0]) == (effect.mutates == ("self",))
    shared = any(np.shares_memory(a, array) for a in arrays(result))
    assert shared <= (effect.shares == ("self",))


@pytest.mark.parametrize(
    "name",
    sorted(
        n
        for n in dir(np)
        if n[0].islower()
        and callable(getattr(np, n))
        and n not in ("info", "test", "show_config", "show_runtime", "from_dlpack", "exit")
    ),
)
def test_a_function_of_an_array_shares_and_changes_only_as_described(name: str) -> None:
    effect = catalog.function(f"numpy.{name}")
    array = np.array([[3.0, 1.0], [2.0, 4.0]])
    for given in ((array,), (array, 1), (array, 0, 9), (array, array)):
        try:
            result = call(np, name, *given)
        except Exception:  # noqa: BLE001 - not a call of this function
            continue
        if effect is None:  # a class
            assert catalog.library_class(catalog.canonical(f"numpy.{name}")) is not None
            break
        changed = array.tolist() != [[3.0, 1.0], [2.0, 4.0]]
        assert changed <= bool(effect.mutates)
        shared = any(np.shares_memory(a, array) for a in arrays(result))
        assert shared <= bool(effect.shares), "the result is a view"
        if effect.returns == "numpy.ndarray" and not effect.shares:
            assert isinstance(result, np.ndarray | np.generic | tuple)
        break


TYPES = {
    "pandas.DataFrame": pd.DataFrame,
    "pandas.Series": pd.Series,
    "pandas.Index": pd.Index,
    "numpy.ndarray": np.ndarray,
    "builtins.bool": (bool, np.bool_),
    "builtins.float": (float, np.floating),
    "builtins.int": (int, np.integer),
    "builtins.list": list,
    "builtins.str": str,
}


@pytest.mark.parametrize(
    ("class_name", "receiver"),
    [
        ("pandas.DataFrame", frame()),
        ("pandas.Series", frame()["a"]),
        ("pandas.Series.str", pd.Series(["x", "y"]).str),
        ("pandas.Series.dt", pd.Series(DAYS).dt),
        ("pandas.api.typing.DataFrameGroupBy", frame().groupby([1, 1, 2])),
        ("numpy.ndarray", np.array([1.0, 2.0])),
        ("builtins.str", "text"),
    ],
)
def test_methods_give_the_types_that_they_are_said_to_give(class_name: str, receiver: Any) -> None:
    for name in (n for n in dir(receiver) if n[0] != "_" and n not in ("to_clipboard", "info")):
        effect = catalog.method(class_name, name)
        if effect is None or effect.figure:
            continue
        type_ = type(receiver) if effect.returns == "same" else TYPES.get(str(effect.returns))
        try:
            result = call(receiver, name)
        except Exception:  # noqa: BLE001 - it needs arguments
            continue
        assert type_ is None or isinstance(result, type_), name


@pytest.mark.parametrize("data", [frame(), frame()["a"]], ids=["frame", "series"])
def test_functions_of_numpy_keep_the_type_of_a_table_only_as_described(data: Any) -> None:
    for name in (n for n in dir(np) if isinstance(getattr(np, n), np.ufunc)):
        effect = catalog.function(f"numpy.{name}")
        assert effect is not None
        if effect.returns == "same":
            with contextlib.suppress(TypeError):  # not of floats
                assert isinstance(call(np, name, data), type(data)), name
    for name in ("asarray", "ravel", "nan_to_num"):
        effect = catalog.function(f"numpy.{name}")
        assert effect is not None
        assert effect.returns == "numpy.ndarray"
        assert type(getattr(np, name)(data)) is np.ndarray


# Random states ----------------------------------------------------------------------------------


def numpy_state() -> tuple[Any, ...]:
    _, keys, *rest = np.random.get_state()
    return (keys.tobytes(), *rest)


def draws_from_numpy(run: Callable[[], object]) -> bool:
    before = numpy_state()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run()
    return numpy_state() != before


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("numpy.random.rand", np.random.rand),
        ("numpy.random.permutation", lambda: np.random.permutation(3)),
        ("numpy.random.shuffle", lambda: np.random.shuffle([1, 2])),
        ("numpy.random.default_rng", lambda: np.random.default_rng(0).normal()),
        ("numpy.random.RandomState", lambda: np.random.RandomState(0).normal()),
        ("numpy.random.get_state", np.random.get_state),
        ("numpy.linspace", lambda: np.linspace(0, 1)),
        ("sklearn.datasets.make_moons", lambda: sklearn.datasets.make_moons(4)),
        ("sklearn.datasets.load_iris", sklearn.datasets.load_iris),
    ],
)
def test_a_function_draws_as_described(name: str, run: Callable[[], object]) -> None:
    effect = catalog.function(name)
    assert effect is not None
    assert (effect.draws == "numpy") == draws_from_numpy(run)


def test_a_sample_draws_unless_it_is_given_a_state() -> None:
    effect = catalog.method("pandas.DataFrame", "sample")
    assert effect is not None
    assert effect.draws == "numpy"
    assert draws_from_numpy(frame().sample)
    assert not draws_from_numpy(lambda: frame().sample(**{str(effect.unless): 1}))


def test_python_and_numpy_have_states_of_their_own() -> None:
    before = random.getstate()
    assert not draws_from_numpy(random.random)
    assert random.getstate() != before


def public_name(class_: type) -> str:
    public = itertools.takewhile(lambda part: part[0] != "_", class_.__module__.split("."))
    return ".".join([*public, class_.__name__])


@pytest.mark.parametrize("class_", [c for _, c in all_estimators()], ids=public_name)
def test_an_estimator_that_draws_when_fitted_is_known_to(class_: Any) -> None:
    if "random_state" in inspect.signature(class_).parameters:
        assert catalog.draws(public_name(class_)) == "numpy"
        return
    x, y = sklearn.datasets.make_classification(40, 4, n_redundant=0, random_state=0)

    def fit() -> None:
        with contextlib.suppress(Exception):  # some need other data, or other estimators
            class_().fit(abs(x), y)

    drew = draws_from_numpy(fit)
    assert drew <= (catalog.draws(public_name(class_)) == "numpy")


@pytest.mark.parametrize(
    "class_", [c for _, c in all_estimators() if catalog.clones(public_name(c))], ids=public_name
)
def test_an_estimator_that_clones_leaves_alone_what_it_was_made_with(class_: Any) -> None:
    regressor = class_.__name__.endswith("Regressor")
    inner = sklearn.linear_model.Ridge() if regressor else sklearn.linear_model.LogisticRegression()
    x, y = sklearn.datasets.make_classification(40, 4, n_redundant=0, random_state=0)
    if "multioutput" in class_.__module__:
        y = np.column_stack([y, 1 - y])
    if "transformers" in inspect.signature(class_).parameters:
        inner = sklearn.preprocessing.StandardScaler()
    options: dict[str, Any] = {
        "estimator": inner,
        "regressor": inner,
        "estimators": [("a", inner)],
        "transformers": [("a", inner, [0])],
        "param_grid": {"random_state": [1]},
        "param_distributions": {"random_state": [1]},
        "n_iter": 1,
    }
    class_(**{k: v for k, v in options.items() if k in inspect.signature(class_).parameters}).fit(
        x, y
    )
    assert not hasattr(inner, "n_features_in_")


def test_the_scores_of_sklearn_are_metrics_and_give_numbers() -> None:
    y = np.array([0, 1, 1, 0])
    for name in ("accuracy_score", "f1_score", "r2_score", "mean_squared_error", "log_loss"):
        effect = catalog.function(f"sklearn.metrics.{name}")
        assert effect is not None
        assert effect.metric
        assert effect.returns == "builtins.float"
        assert isinstance(getattr(sklearn.metrics, name)(y, y), float)
