"""Split and scale.

From cells 17, 19-20 of `churn.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from churn import artifacts, generators, params, reporting, settings
from churn.reporting import show


def split_train_test(
    x: pd.DataFrame, y: pd.Series, test_size: float, random_state: int
) -> tuple[Any, Any, Any, Any, StandardScaler]:
    """Split and scale.

    From cell 17 of the notebook.
    """
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=test_size, random_state=random_state, stratify=y
    )
    scaler = StandardScaler()
    x_train = scaler.fit_transform(x_train)
    x_test = scaler.transform(x_test)
    return x_train, x_test, y_train, y_test, scaler


def train_random_forest_classifier(
    x_train: Any, y_train: Any, x_test: Any, y_test: Any, c: float
) -> tuple[LogisticRegression, RandomForestClassifier]:
    """Models.

    From cells 19-20 of the notebook.
    """
    model = LogisticRegression(C=c, max_iter=500)
    model.fit(x_train, y_train)
    print("logistic regression", model.score(x_test, y_test))
    # no seed here, the one above has to do
    forest = RandomForestClassifier(n_estimators=60, max_depth=6)
    show(forest.fit(x_train, y_train))
    return model, forest


def main() -> None:
    """Run the stage."""
    with reporting.report("split_and_scale"):
        settings.load_customers()
        values = params.load("split_and_scale")
        x = artifacts.load("data/features/x.pkl")
        y = artifacts.load("data/features/y.pkl")
        generators.restore("data/features/random_state.pkl")
        x_train, x_test, y_train, y_test, scaler = split_train_test(
            x, y, values["test_size"], values["random_state"]
        )
        model, forest = train_random_forest_classifier(
            x_train, y_train, x_test, y_test, values["c"]
        )
        artifacts.save(x_test, "data/split_and_scale/x_test.pkl")
        artifacts.save(y_test, "data/split_and_scale/y_test.pkl")
        artifacts.save(forest, "models/forest.pkl")
        artifacts.save(scaler, "models/scaler.pkl")
        artifacts.save(model, "models/model.pkl")
