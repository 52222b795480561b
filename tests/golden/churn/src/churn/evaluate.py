"""Evaluate.

From cells 22-23 of `churn.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, classification_report, roc_auc_score

from churn import artifacts, reporting, settings
from churn.reporting import save_figures, show


def evaluate_random_forest_classifier(
    x_test: Any, forest: RandomForestClassifier, y_test: Any, x: pd.DataFrame
) -> tuple[float, float, pd.Series]:
    """Evaluate.

    From cells 22-23 of the notebook.
    """
    predictions = forest.predict(x_test)
    accuracy = accuracy_score(y_test, predictions)
    auc = roc_auc_score(y_test, forest.predict_proba(x_test)[:, 1])
    print(f"forest: accuracy {accuracy:.3f}, AUC {auc:.3f}")
    print(classification_report(y_test, predictions))
    importance = pd.Series(forest.feature_importances_, index=x.columns).sort_values()
    importance.plot(kind="barh", title="What matters")
    save_figures("evaluate_random_forest_classifier")
    show(importance.tail(3))
    return accuracy, auc, importance


def main() -> None:
    """Run the stage."""
    with reporting.report("evaluate", figures=True):
        settings.load_customers()
        x = artifacts.load("data/features/x.pkl")
        x_test = artifacts.load("data/split_and_scale/x_test.pkl")
        forest = artifacts.load("models/forest.pkl")
        y_test = artifacts.load("data/split_and_scale/y_test.pkl")
        accuracy, auc, _importance = evaluate_random_forest_classifier(
            x_test, forest, y_test, x
        )
        artifacts.save_metrics(
            {"accuracy": accuracy, "auc": auc}, "metrics/evaluate.json"
        )
