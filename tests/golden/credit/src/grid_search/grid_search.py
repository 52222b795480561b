"""Grid search.

From cells 10-11 of `GridSearch.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from grid_search import artifacts, params, reporting
from grid_search.reporting import show


def train_grid_search_cv(
    random_state: int, pipe: Pipeline, x_train: Any, y_train: Any, max_iter: int
) -> tuple[GridSearchCV, pd.DataFrame]:
    """Grid search.

    From cells 10-11 of the notebook.
    """
    param_grid = [
        {"clf": [LogisticRegression(max_iter=max_iter)], "clf__C": [0.01, 0.1, 1, 10]},
        {
            "clf": [RandomForestClassifier(n_estimators=40, random_state=random_state)],
            "clf__max_depth": [3, 6],
        },
    ]
    cv = StratifiedKFold(n_splits=4, shuffle=True, random_state=random_state)
    search = GridSearchCV(pipe, param_grid, cv=cv, scoring="roc_auc")
    search.fit(x_train, y_train)
    print(search.best_params_)
    print(round(search.best_score_, 4))
    cv_results = pd.DataFrame(search.cv_results_)
    show(
        cv_results[["mean_test_score", "std_test_score", "rank_test_score"]]
        .round(4)
        .sort_values("rank_test_score")
    )
    return search, cv_results


def main() -> None:
    """Run the stage."""
    with reporting.report("grid_search"):
        values = params.load("grid_search")
        random_state = artifacts.load("data/split_data/random_state.pkl")
        x_train = artifacts.load("data/split_data/x_train.pkl")
        pipe = artifacts.load("data/split_data/pipe.pkl")
        y_train = artifacts.load("data/split_data/y_train.pkl")
        search, _cv_results = train_grid_search_cv(
            random_state, pipe, x_train, y_train, values["max_iter"]
        )
        artifacts.save(search, "models/search.pkl")
