"""Vectorize.

From cell 7 of `sentiment.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

from sentiment import artifacts, params, reporting
from sentiment.reporting import show


def split_train_test(
    data: pd.DataFrame, test_size: float, random_state: int, min_df: int
) -> tuple[Any, Any, TfidfVectorizer, Any, Any]:
    """Vectorize.

    From cell 7 of the notebook.
    """
    train, test = train_test_split(
        data, test_size=test_size, random_state=random_state, stratify=data.label
    )
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=min_df)
    x_train = vectorizer.fit_transform(train.clean)
    x_test = vectorizer.transform(test.clean)
    show(x_train.shape, x_test.shape)
    return train, test, vectorizer, x_train, x_test


def main() -> None:
    """Run the stage."""
    with reporting.report("vectorize"):
        values = params.load("vectorize")
        data = artifacts.load("data/load_data/data.pkl")
        train, test, vectorizer, x_train, x_test = split_train_test(
            data, values["test_size"], values["random_state"], values["min_df"]
        )
        artifacts.save(test, "data/vectorize/test.pkl")
        artifacts.save(train, "data/vectorize/train.pkl")
        artifacts.save(vectorizer, "models/vectorizer.pkl")
        artifacts.save(x_train, "data/vectorize/x_train.pkl")
        artifacts.save(x_test, "data/vectorize/x_test.pkl")
