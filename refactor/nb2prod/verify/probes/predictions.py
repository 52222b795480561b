"""Rows and predictions of a model in forms that can be compared."""

import math


def is_float(values):
    """Return whether an array holds floats."""
    return getattr(values, "dtype", None) is not None and values.dtype.kind == "f"


def exact_rows(value):
    """Return the rows of a table or array as bytes or texts, which compare exactly."""
    import numpy as np

    if hasattr(value, "num_row") and hasattr(value, "get_data"):  # a data set of xgboost
        value = value.get_data()
    if hasattr(value, "toarray"):
        value = value.toarray()
    if isinstance(value, (list, tuple)):
        return [repr(v) for v in value]
    values = np.asarray(value)
    if values.dtype == object:
        return [repr(row.tolist() if hasattr(row, "tolist") else row) for row in values]
    if values.dtype.kind in "iub":  # integers equal floats of the same value
        values = values.astype("float64")
    return [row.tobytes() for row in np.ascontiguousarray(values)]


def as_lists(predictions):
    """Return predictions as lists of numbers and texts."""
    import numpy as np

    return np.asarray(predictions).tolist()


def largest(value):
    """Return the largest finite absolute value in nested lists."""
    if isinstance(value, list):
        return max([largest(item) for item in value] or [0.0])
    number = isinstance(value, (int, float)) and math.isfinite(value)
    return abs(value) if number else 0.0


def alike(one, other, tolerance):
    """Return whether predictions are equal; sums may round differently in other batches.

    `tolerance` is a relative and an absolute difference that is still equal.
    """
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(alike(a, b, tolerance) for a, b in zip(one, other))
    if isinstance(one, float) and isinstance(other, float):
        relative, absolute = tolerance
        most = max(relative * max(abs(one), abs(other)), absolute)
        return one == other or abs(one - other) <= most or (math.isnan(one) and math.isnan(other))
    return one == other
