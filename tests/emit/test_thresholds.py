"""Thresholds of metrics: which way is better, as far as the code tells, and how much is let go."""

import math

import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.emit.package.artifacts import stage_files
from nb2prod.emit.project_tests.thresholds import thresholds
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan

SCORES = """
import numpy as np
from sklearn.metrics import accuracy_score, mean_squared_error, log_loss, davies_bouldin_score
from sklearn.linear_model import LinearRegression
y, p = [1, 2, 3], [1, 2, 4]
"""


def metric(tmp_path, line, value):
    """Return the threshold of the metric that a line of code computes."""
    read = read_notebook(notebook(tmp_path, SCORES, line))
    plan = make_plan(read, analyse(read_program(read)), split="none")
    files = stage_files(plan, {})
    name = line.partition(" =")[0]
    found = list(thresholds(plan, files, {plan.stages[0].name: {name: value}}))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("line", "better"),
    [
        ("result = accuracy_score(y, p)", "higher"),
        ("result = round(accuracy_score(y, p), 3)", "higher"),
        ("result = accuracy_score(y, p) * 100", "higher"),
        ("result = mean_squared_error(y, p)", "lower"),
        ("result = np.sqrt(mean_squared_error(y, p))", "lower"),
        ("result = mean_squared_error(y, p) ** 0.5", "lower"),
        ("result = log_loss(y, p)", "lower"),
        ("result = davies_bouldin_score(y, p)", "lower"),
        ("result = LinearRegression().score(y, p)", "higher"),
    ],
)
def test_the_function_tells_which_way_is_better(tmp_path, line, better):
    assert metric(tmp_path, line, 0.5).better == better


@pytest.mark.parametrize(
    ("line", "better"),
    [
        ("gap = accuracy_score(y, p) - accuracy_score(y, y)", "same"),
        ("test_error = 1 - accuracy_score(y, p)", "lower"),
        ("neg_mse = -mean_squared_error(y, p)", "same"),
        ("best_accuracy = 0 + accuracy_score(y, p)", "higher"),
    ],
)
def test_where_the_function_does_not_tell_the_name_may(tmp_path, line, better):
    assert metric(tmp_path, line, 0.5).better == better


@pytest.mark.parametrize(
    ("line", "value", "tolerance"),
    [
        ("a = accuracy_score(y, p)", 0.9, 0.02),
        ("a = accuracy_score(y, p)", 0.01, 0.0005),  # 0.02 would let it fall below 0
        ("a = accuracy_score(y, p) * 100", 90.0, 4.5),
        ("e = mean_squared_error(y, p)", 2000.0, 100.0),
        ("e = mean_squared_error(y, p)", 0.0, 1e-9),
    ],
)
def test_a_tolerance_never_lets_everything_pass(tmp_path, line, value, tolerance):
    assert metric(tmp_path, line, value).tolerance == tolerance


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_is_no_number_has_no_threshold(tmp_path, value):
    assert metric(tmp_path, "a = accuracy_score(y, p)", value) is None
