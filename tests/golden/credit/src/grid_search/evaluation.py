"""Evaluation.

From cells 13-16 of `GridSearch.ipynb`.
"""

from typing import Any

import joblib
import numpy as np
from sklearn.metrics import RocCurveDisplay, classification_report, roc_auc_score
from sklearn.model_selection import GridSearchCV

from grid_search import artifacts, reporting
from grid_search.reporting import save_figures, show


def load_loaded(
    search: GridSearchCV, x_test: Any, y_test: Any
) -> tuple[float, Any, Any]:
    """Evaluation.

    From cells 13-16 of the notebook.
    """
    best = search.best_estimator_
    proba = best.predict_proba(x_test)[:, 1]
    auc = roc_auc_score(y_test, proba)
    print("AUC on the test set:", auc)
    RocCurveDisplay.from_predictions(y_test, proba)
    save_figures("load_loaded")
    # a bad loan costs five times as much as a good one earns
    thresholds = np.arange(0.05, 0.95, 0.05)
    profit = [
        ((proba < t) & (y_test == 0)).sum() - 5 * ((proba < t) & (y_test == 1)).sum()
        for t in thresholds
    ]
    threshold = thresholds[int(np.argmax(profit))]
    show(threshold, max(profit))
    print(
        classification_report(y_test, proba >= threshold, target_names=["good", "bad"])
    )
    joblib.dump(best, "credit_model.joblib")
    loaded = joblib.load("credit_model.joblib")
    assert (loaded.predict(x_test) == best.predict(x_test)).all()
    return auc, threshold, loaded


def main() -> None:
    """Run the stage."""
    with reporting.report("evaluation", figures=True):
        x_test = artifacts.load("data/split_data/x_test.pkl")
        search = artifacts.load("models/search.pkl")
        y_test = artifacts.load("data/split_data/y_test.pkl")
        auc, _threshold, _loaded = load_loaded(search, x_test, y_test)
        artifacts.save_metrics({"auc": auc}, "metrics/evaluation.json")
