"""What is said of two values that are not the same; and that equal ones have equal digests."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from nb2prod.verify.runs.environment import probe_source
from nb2prod.verify.runs.observed_value import difference, seen

PROBE = {"__name__": "probe"}
exec(compile(probe_source("fingerprint"), "fingerprint", "exec"), PROBE)

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 4.0], "c": list("xyz")})


def look(value):
    return seen(PROBE["describe"](value))


@pytest.mark.parametrize(
    ("wanted", "got", "said"),
    [
        (1, 1.0, "int 1 became float 1.0"),
        (1.25, 1.5, "1.25 became 1.5"),
        (np.float64(1.25), np.float64(1.5), "1.25 became 1.5"),
        ("one", "two", "'one' became 'two'"),
        ([1, 2], [1, 2, 3], "2 items became 3 items"),
        ([1, 2], [2, 1], "its content differs"),
        (np.arange(4), np.arange(5), "shape (4,) became (5,)"),
        (np.arange(4), np.arange(4) + 1, "mean 1.5 became mean 2.5"),
        (FRAME, FRAME.assign(b=FRAME["b"] * 2), "in column 'b' (mean 2 became mean 4)"),
        (FRAME, FRAME.assign(c=list("xyy"), a=0), "in columns 'a', 'c' (mean 2 became mean 0)"),
        (FRAME, FRAME.drop(columns="b"), "without column 'b'"),
        (FRAME, FRAME.assign(d=1, e=2), "with columns 'd', 'e' besides"),
        (FRAME, FRAME[["b", "a", "c"]], "the columns are in another order"),
        (FRAME, FRAME.head(2), "shape (3, 3) became (2, 3)"),
        (FRAME, FRAME.set_axis([3, 4, 5]), "its index differs"),
        (FRAME, FRAME["a"], "pandas.DataFrame became pandas.Series mean 2"),
        (
            LinearRegression(),
            LinearRegression(positive=True),
            "LinearRegression() became LinearRegression(positive=True)",
        ),
    ],
)
def test_a_difference_is_said_in_a_few_words(wanted, got, said):
    one, other = look(wanted), look(got)
    assert one.digest != other.digest
    assert difference(one, other) == said


@pytest.mark.parametrize("value", [FRAME, FRAME["c"], np.arange(3), {"a": [1]}, float("nan")])
def test_equal_values_have_equal_digests(value):
    copy = value.copy() if hasattr(value, "copy") else value
    assert look(value).digest == look(copy).digest is not None


def test_a_value_that_has_no_short_text_is_described_all_the_same():
    class Odd:
        dtype = np.dtype(float)

        @property
        def size(self):
            raise RuntimeError

    described = look(Odd())
    assert described.preview is None
    assert described.digest


def test_figures_are_known_as_such():
    figure, axes = plt.subplots(1, 2)
    described = [look(value) for value in (figure, axes, axes[0], figure.canvas)]
    assert [d.is_figure for d in described] == [True, True, True, True]
    assert described[1].why == "figures are not compared"
    others = look(np.array([iter([1]), 1], dtype=object))
    assert others.digest is None
    assert not others.is_figure
