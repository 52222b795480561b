"""Unequal values are described in a few words; equal ones have equal digests."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from nb2prod.verify.probes.description import describe
from nb2prod.verify.runs.observed_value import difference, observed_value

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 4.0], "c": list("xyz")})


def observed(value):
    return observed_value(describe(value))


@pytest.mark.parametrize(
    ("expected", "actual", "text"),
    [
        (1, 1.0, "int 1 became float 1.0"),
        (1.25, 1.5, "1.25 became 1.5"),
        (np.float64(1.25), np.float64(1.5), "1.25 became 1.5"),
        ("one", "two", "'one' became 'two'"),
        ([1, 2], [1, 2, 3], "2 items became 3 items"),
        ([1, 2], [2, 1], "the content differs"),
        (np.arange(4), np.arange(5), "shape (4,) became (5,)"),
        (np.arange(4), np.arange(4) + 1, "mean 1.5 became mean 2.5"),
        (FRAME, FRAME.assign(b=FRAME["b"] * 2), "in column 'b' (mean 2 became mean 4)"),
        (FRAME, FRAME.assign(c=list("xyy"), a=0), "in columns 'a', 'c' (mean 2 became mean 0)"),
        (FRAME, FRAME.drop(columns="b"), "column 'b' is missing"),
        (FRAME, FRAME.drop(columns=["b", "c"]), "columns 'b', 'c' are missing"),
        (FRAME, FRAME.assign(d=1), "column 'd' is new"),
        (FRAME, FRAME.assign(d=1, e=2), "columns 'd', 'e' are new"),
        (FRAME, FRAME[["b", "a", "c"]], "the columns are in a different order"),
        (FRAME, FRAME.head(2), "shape (3, 3) became (2, 3)"),
        (FRAME, FRAME.set_axis([3, 4, 5]), "the index differs"),
        (FRAME, FRAME["a"], "pandas.DataFrame became pandas.Series mean 2"),
        (
            LinearRegression(),
            LinearRegression(positive=True),
            "LinearRegression() became LinearRegression(positive=True)",
        ),
    ],
)
def test_a_difference_is_described_in_a_few_words(expected, actual, text):
    one, other = observed(expected), observed(actual)
    assert one.digest != other.digest
    assert difference(one, other) == text


@pytest.mark.parametrize("value", [FRAME, FRAME["c"], np.arange(3), {"a": [1]}, float("nan")])
def test_equal_values_have_equal_digests(value):
    copy = value.copy() if hasattr(value, "copy") else value
    assert observed(value).digest == observed(copy).digest is not None


def test_a_value_without_a_preview_has_a_description():
    class Odd:
        dtype = np.dtype(float)

        @property
        def size(self):
            raise RuntimeError

    described = observed(Odd())
    assert described.preview is None
    assert described.digest


def test_figures_are_recognised():
    figure, axes = plt.subplots(1, 2)
    described = [observed(value) for value in (figure, axes, axes[0], figure.canvas)]
    assert [d.is_figure for d in described] == [True, True, True, True]
    assert described[1].why == "figures are not compared"
    others = observed(np.array([iter([1]), 1], dtype=object))
    assert others.digest is None
    assert not others.is_figure
