"""Naive Bayes or logistic regression?

From cells 9-13 of `sentiment.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.naive_bayes import MultinomialNB

from sentiment import artifacts, reporting
from sentiment.functions import predict_sentiment
from sentiment.reporting import show


def train_logistic_regression(
    x_train: Any, train: Any, x_test: Any, test: Any, vectorizer: TfidfVectorizer
) -> tuple[MultinomialNB, LogisticRegression, Any, pd.Series]:
    """Naive Bayes or logistic regression?

    From cells 9-12 of the notebook.
    """
    nb = MultinomialNB().fit(x_train, train.label)
    lr = LogisticRegression(C=2.0, class_weight="balanced")
    lr.fit(x_train, train.label)
    for clf in (nb, lr):
        p = clf.predict(x_test)
        print(
            type(clf).__name__, accuracy_score(test.label, p), f1_score(test.label, p)
        )
    pred = lr.predict(x_test)
    cm = confusion_matrix(test.label, pred)
    show(cm)
    # what does it get wrong?
    show(test[test.label != pred][["text", "stars"]].head())
    weights = pd.Series(
        lr.coef_[0], index=vectorizer.get_feature_names_out()
    ).sort_values()
    print(weights.head(8))
    print(weights.tail(8))
    return nb, lr, cm, weights


def predict_logistic_regression(
    stopwords: set, lr: LogisticRegression, vectorizer: TfidfVectorizer
) -> None:
    """Predict logistic regression.

    From cell 13 of the notebook.
    """
    for s in [
        "The waiter was rude and the soup cold",
        "Lovely terrace, excellent cake!!",
    ]:
        print(
            s,
            "->",
            predict_sentiment(s, stopwords=stopwords, lr=lr, vectorizer=vectorizer),
        )


def main() -> None:
    """Run the stage."""
    with reporting.report("naive_bayes_or_logistic"):
        stopwords = artifacts.load("data/load_data/stopwords.pkl")
        x_test = artifacts.load("data/vectorize/x_test.pkl")
        x_train = artifacts.load("data/vectorize/x_train.pkl")
        test = artifacts.load("data/vectorize/test.pkl")
        train = artifacts.load("data/vectorize/train.pkl")
        vectorizer = artifacts.load("models/vectorizer.pkl")
        nb, lr, _cm, _weights = train_logistic_regression(
            x_train, train, x_test, test, vectorizer
        )
        predict_logistic_regression(stopwords, lr, vectorizer)
        artifacts.save(nb, "models/nb.pkl")
        artifacts.save(lr, "models/lr.pkl")
