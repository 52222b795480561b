"""What calls do to the rows of data, as serving sees it: by the last part of their names."""

from __future__ import annotations

import ast

from nb2prod.analysis.lineage import row_operations

FITS = frozenset({"fit"})
# Methods of an estimator that learn and give what the data becomes, with those that only do that.
LEARNS = {"fit_transform": "transform", "fit_predict": "predict"}
RESAMPLES = frozenset({"fit_resample", "fit_sample"})
INDEXERS = frozenset({"loc", "iloc", "ix"})
# Attributes that say how many rows there are, and what the columns are.
COUNTS = frozenset({"shape", "size"})
DESCRIBES = frozenset({"columns", "dtypes", "dtype", "feature_names", "target_names"})
# Methods that take rows away, or put them in another order: in service each record is answered.
DROPS_ROWS = frozenset(
    """dropna drop_duplicates sample query head tail nlargest nsmallest sort_values sort_index
    reset_index truncate first last""".split()  # noqa: SIM905
)
AGGREGATES = (row_operations.AGGREGATES | {"unique", "count", "any", "all"}) - {
    "nlargest", "nsmallest",
}  # fmt: skip
ACROSS = (row_operations.ACROSS - {"transform"}) | frozenset(
    """shift diff rolling expanding ewm cumsum cumprod cummax cummin cumcount resample
    duplicated""".split()  # noqa: SIM905
)
OF_GROUPS = ACROSS | {"transform", "ngroup", "apply"}
ACROSS_FUNCTIONS = row_operations.ACROSS_FUNCTIONS | {"rankdata", "cumsum", "diff"}
SHUFFLES = frozenset({"shuffle", "resample"})
STACKS = frozenset({"pandas.concat", "numpy.vstack", "numpy.append"})
# Functions that make one thing of all rows.
GATHERS = frozenset({"set", "sorted", "sum", "max", "min", "numpy.unique", "collections.Counter"})
# Data sets of libraries that hold what is to be predicted, too; in service nothing is known of it.
WITH_TARGET = frozenset({"xgboost.DMatrix", "lightgbm.Dataset", "catboost.Pool"})
OF_TARGET = frozenset({"label", "weight", "base_margin", "group", "init_score", "reference"})
# Functions that learn what has to be remembered for their next use, with the method that does.
REMEMBERED = {
    "pandas.get_dummies": "get_dummies",
    "pandas.factorize": "factorize",
    "pandas.cut": "cut",
    "pandas.qcut": "qcut",
}


def by_row(call: ast.Call) -> bool:
    """Say whether an aggregate is one of each row."""
    axis = next((k.value for k in call.keywords if k.arg == "axis"), None)
    return isinstance(axis, ast.Constant) and axis.value in (1, "columns", -1)


def by_column(call: ast.Call) -> bool:
    """Say whether tables are put side by side."""
    axis = next((k.value for k in call.keywords if k.arg == "axis"), None)
    if axis is None and len(call.args) > 1:
        axis = call.args[1]
    return isinstance(axis, ast.Constant) and axis.value in (1, "columns")
