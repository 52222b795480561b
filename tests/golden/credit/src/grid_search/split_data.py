"""Split data.

From cells 2, 4-6, 8 of `GridSearch.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from grid_search import artifacts, params, reporting
from grid_search.reporting import show


def score_credit(random_state: int) -> int:
    """Credit scoring: pipeline and grid search.

    From cell 2 of the notebook.
    """
    return random_state


def load_applications(
    random_state: int, applications_csv: str
) -> tuple[pd.DataFrame, pd.Series, list, list]:
    """Data.

    From cells 4-5 of the notebook.
    """
    applications = pd.read_csv(applications_csv)
    target = (applications.pop("outcome") == "bad").astype(int)
    # pylint: disable-next=consider-using-f-string
    print("bad rate: {:.1%}".format(target.mean()))
    show(applications.sample(5, random_state=random_state))
    numeric = applications.select_dtypes("number").columns.tolist()
    categorical = [c for c in applications.columns if c not in numeric]
    show(numeric, categorical)
    return applications, target, numeric, categorical


def split_train_test(
    random_state: int, applications: pd.DataFrame, target: pd.Series, test_size: float
) -> tuple[Any, Any, Any, Any]:
    """Split train test.

    From cell 6 of the notebook.
    """
    x_train, x_test, y_train, y_test = train_test_split(
        applications,
        target,
        test_size=test_size,
        random_state=random_state,
        stratify=target,
    )
    return x_train, x_test, y_train, y_test


def compute_pipeline(categorical: list, numeric: list, max_iter: int) -> Pipeline:
    """Pipeline.

    Numbers are imputed and scaled, categories one-hot encoded.

    From cell 8 of the notebook.
    """
    num_pipe = Pipeline(
        [("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    )
    cat_pipe = Pipeline(
        [
            ("impute", SimpleImputer(strategy="constant", fill_value="unknown")),
            ("onehot", OneHotEncoder(handle_unknown="ignore")),
        ]
    )
    preprocess = ColumnTransformer(
        [("num", num_pipe, numeric), ("cat", cat_pipe, categorical)]
    )
    pipe = Pipeline(
        [("prep", preprocess), ("clf", LogisticRegression(max_iter=max_iter))]
    )
    show(pipe)
    return pipe


def main() -> None:
    """Run the stage."""
    with reporting.report("split_data"):
        values = params.load("split_data")
        random_state = score_credit(values["random_state"])
        applications, target, numeric, categorical = load_applications(
            random_state, values["applications_csv"]
        )
        x_train, x_test, y_train, y_test = split_train_test(
            random_state, applications, target, values["test_size"]
        )
        pipe = compute_pipeline(categorical, numeric, values["max_iter"])
        artifacts.save(random_state, "data/split_data/random_state.pkl")
        artifacts.save(x_test, "data/split_data/x_test.pkl")
        artifacts.save(x_train, "data/split_data/x_train.pkl")
        artifacts.save(y_test, "data/split_data/y_test.pkl")
        artifacts.save(y_train, "data/split_data/y_train.pkl")
        artifacts.save(pipe, "data/split_data/pipe.pkl")
