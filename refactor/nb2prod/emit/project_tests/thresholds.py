"""Thresholds of metrics: whether higher is better, and how much worse a metric may get."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence

from nb2prod.emit.package.artifacts import StageFiles
from nb2prod.emit.project_tests.recording import Metric
from nb2prod.pipeline.english import words
from nb2prod.pipeline.plan import Plan, Stage

_SCORE = 0.02  # the tolerance of a score between 0 and 1
_SHARE = 0.05  # the relative tolerance of other metrics
# The names of scikit-learn: a higher score is better, and a lower error.
_SCORES = ("_score", ".score", ".auc", ".matthews_corrcoef")
_ERRORS = ("_error", "_loss", "_deviance", ".davies_bouldin_score")
# Calls that keep the order of numbers.
_ORDERLY = ("sqrt", "round", "float", "around", "log", "log1p", "mean", "item")
_HIGHER = frozenset(
    {"accuracy", "acc", "auc", "roc", "f1", "precision", "recall", "sensitivity", "specificity",
     "r2", "score", "kappa", "mcc"}
)  # fmt: skip
_LOWER = frozenset(
    {"error", "loss", "rmse", "mse", "mae", "mape", "rmsle", "msle", "deviance", "perplexity"}
)


def thresholds(
    plan: Plan, files: Sequence[StageFiles], measured: Mapping[str, Mapping[str, float | None]]
) -> Iterator[Metric]:
    """Yield a threshold for each metric that a run has measured.

    Args:
        plan: The plan.
        files: The artifacts of each stage.
        measured: Stage -> metric -> value.
    """
    for stage, its in zip(plan.stages, files, strict=True):
        numbers = measured.get(stage.name, {})
        for variable in its.metrics:
            name = plan.names[variable]
            value = numbers.get(name)
            if isinstance(value, int | float) and math.isfinite(value):
                better = _better(plan, stage, variable)
                yield Metric(stage.name, name, value, better, _tolerance(value, better))


def _tolerance(value: float, better: str) -> float:
    """Return how much worse a metric may get; small enough that the test can fail."""
    size = abs(value)
    room = _SCORE if better == "higher" and _SCORE * 10 <= size <= 1 else _SHARE * size
    return float(f"{room:.2g}") or 1e-9


def _better(plan: Plan, stage: Stage, variable: str) -> str:
    """Return "higher" or "lower" if that is better, or "same" if it is not known."""
    for number in reversed(range(stage.start, stage.end)):
        node = plan.analysis.statements[number].node
        if variable not in plan.analysis.effects[number].all_binds:
            continue
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            names = {id(c.node): c.name for c in plan.analysis.effects[number].calls}
            if (found := _of_value(node.value, names)) is not None:
                return found
        break
    parts = set(words(variable, 9).split("_"))
    if bool(parts & _LOWER) == bool(parts & _HIGHER) or "neg" in parts:
        return "same"
    return "lower" if parts & _LOWER else "higher"


def _of_value(node: ast.expr, names: Mapping[int, str]) -> str | None:
    """Return "higher" or "lower" by the function that computes a value; None if not known.

    Calls that keep the order of numbers, such as `round`, are looked through.
    """
    match node:
        case ast.Call() if names.get(id(node), "").endswith(_ERRORS):
            return "lower"
        case ast.Call() if names.get(id(node), "").endswith(_SCORES):
            return "higher"
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _ORDERLY:
            return _of_value(inner, names)
        case ast.Call(args=[inner, *_]) if names.get(id(node), "").endswith(_ORDERLY):
            return _of_value(inner, names)
        case ast.BinOp(left=inner, op=ast.Pow() | ast.Mult(), right=ast.Constant(value=factor)):
            positive = isinstance(factor, int | float) and factor > 0
            return _of_value(inner, names) if positive else None
        case _:
            return None
