"""Notebooks with and without leakage, made of pieces: for each clean one a twin with one leak.

A notebook loads a table, prepares it row by row, splits it in one of many ways, fits what it needs
on the training rows, trains and scores. A leak is one more cell, put somewhere between two of
those, or in place of one; cells that do not matter stand at random places between them.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

LOADS = [
    "rows = pd.read_csv('patients.csv')",
    (
        "from sklearn.datasets import fetch_openml\n"
        "rows = fetch_openml('patients', as_frame=True).frame"
    ),
    (
        "def load(path):\n    table = pd.read_csv(path)\n"
        "    return table.drop_duplicates()\nrows = load('a.csv')"
    ),
    "rows = pd.concat([pd.read_csv('a.csv'), pd.read_csv('b.csv')])",
]
PREPARES = [
    "rows['name'] = rows['name'].str.lower().str.strip()",
    "rows['income'] = np.log1p(rows['income'])",
    "rows['age'] = rows['age'].fillna(0)",
    "rows = rows.rename(columns={'wt': 'weight'})",
    "rows = rows[rows['age'] > 17]",
    "rows['ratio'] = rows['weight'] / rows['height'] ** 2",
    "rows['kind'] = rows['kind'].map({'a': 0, 'b': 1})",
    "rows['mean'] = rows[['x1', 'x2']].mean(axis=1)",
    "rows['title'] = rows['name'].apply(lambda name: name.split('.')[0])",
    "for column in ['x1', 'x2']:\n    rows[column] = rows[column].astype(float)",
    "rows.drop(columns=['id', 'name'], inplace=True)",
]
NOISE = [
    "rows.head()",
    "rows.describe()",
    "print(rows['age'].mean(), rows['age'].std())",
    "rows.isnull().sum()",
    "rows.groupby('kind')['age'].mean().plot.bar()",
    "plt.hist(rows['age'], bins=20)\nplt.show()",
    "correlation = rows.corr()\nplt.imshow(correlation)",
    "shown = (rows['age'] - rows['age'].mean()) / rows['age'].std()\nplt.plot(shown)",
    "## The next step",
    "%matplotlib inline",
]
TARGET = "y = rows['sick']\nX = rows.drop('sick', axis=1)"
SPLITS = {
    "train_test_split": "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)",
    "twice": (
        "X_rest, X_test, y_rest, y_test = train_test_split(X, y)\n"
        "X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest)"
    ),
    "slice": "X_train, y_train = X[:800], y[:800]\nX_test, y_test = X[800:], y[800:]",
    "iloc": (
        "n = int(len(X) * 0.8)\nX_train, X_test = X.iloc[:n], X.iloc[n:]\n"
        "y_train, y_test = y.iloc[:n], y.iloc[n:]"
    ),
    "sample and drop": (
        "X_train = X.sample(frac=0.8, random_state=1)\nX_test = X.drop(X_train.index)\n"
        "y_train, y_test = y.loc[X_train.index], y.drop(X_train.index)"
    ),
    "mask": (
        "chosen = np.random.rand(len(X)) < 0.8\nX_train, X_test = X[chosen], X[~chosen]\n"
        "y_train, y_test = y[chosen], y[~chosen]"
    ),
    "permutation": (
        "order = np.random.permutation(len(X))\ntrain, test = order[:800], order[800:]\n"
        "X_train, X_test = X.iloc[train], X.iloc[test]\n"
        "y_train, y_test = y.iloc[train], y.iloc[test]"
    ),
    "function": (
        "def divide(features, target):\n"
        "    return train_test_split(features, target, test_size=0.3)\n"
        "X_train, X_test, y_train, y_test = divide(X, y)"
    ),
}
FITTED = [
    (
        "scaler = StandardScaler()\nX_train = scaler.fit_transform(X_train)\n"
        "X_test = scaler.transform(X_test)"
    ),
    "middle = X_train.mean()\nX_train = X_train.fillna(middle)\nX_test = X_test.fillna(middle)",
    (
        "best = SelectKBest(k=5).fit(X_train, y_train)\n"
        "X_train, X_test = map(best.transform, (X_train, X_test))"
    ),
    "X_train, y_train = SMOTE().fit_resample(X_train, y_train)",
    "def fit_apply(tool, train, test):\n"
    "    return tool.fit_transform(train), tool.transform(test)\n"
    "X_train, X_test = fit_apply(PCA(3), X_train, X_test)",
]
MODELS = [
    "model = LogisticRegression()\nmodel.fit(X_train, y_train)",
    "model = make_pipeline(MinMaxScaler(), SVC()).fit(X_train, y_train)",
    (
        "model = GridSearchCV(RandomForestClassifier(), {'max_depth': [2, 4]}, cv=5)\n"
        "model.fit(X_train, y_train)"
    ),
    (
        "def train(estimator, X, y):\n    estimator.fit(X, y)\n"
        "    return estimator\nmodel = train(SVC(), X_train, y_train)"
    ),
]
SCORES = [
    "model.score(X_test, y_test)",
    "predicted = model.predict(X_test)\nprint(accuracy_score(y_test, predicted))",
    "print(model.score(X_train, y_train), model.score(X_test, y_test))",
    (
        "def report(model, X, y):\n"
        "    print(classification_report(y, model.predict(X)))\n"
        "report(model, X_test, y_test)"
    ),
]
FOLDS = {
    "KFold": (
        "scores = []\nfor train, test in KFold(5).split(X):\n"
        "    model = make_pipeline(StandardScaler(), SVC())\n"
        "    model.fit(X.iloc[train], y.iloc[train])\n"
        "    scores.append(model.score(X.iloc[test], y.iloc[test]))"
    ),
    "TimeSeriesSplit": (
        "parts = TimeSeriesSplit(n_splits=4)\nfor train, test in parts.split(X):\n"
        "    scaler = StandardScaler().fit(X.iloc[train])\n"
        "    model = LogisticRegression().fit(scaler.transform(X.iloc[train]), y.iloc[train])\n"
        "    print(accuracy_score(y.iloc[test], model.predict(scaler.transform(X.iloc[test]))))"
    ),
    "cross_val_score": "cross_val_score(make_pipeline(StandardScaler(), SVC()), X, y, cv=5).mean()",
    "imblearn": (
        "from imblearn.pipeline import Pipeline as Sampling\n"
        "steps = Sampling([('more', SMOTE()), ('model', SVC())])\n"
        "cross_validate(steps, X, y, cv=StratifiedKFold(5))"
    ),
    "columns": (
        "kinds = ('kinds', OneHotEncoder(), ['kind'])\n"
        "columns = ColumnTransformer([('ages', StandardScaler(), ['age']), kinds])\n"
        ""
        "cross_val_score(Pipeline([('columns', columns), ('model', SVC())]), X, y)"
    ),
}
# Where features and target are given to one call.
WITH_TARGET = ("train_test_split", "twice", "function", "cross_val_score", "imblearn", "columns")
IMPORTS = """import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report
from sklearn.model_selection import *
from sklearn.model_selection import (GridSearchCV, KFold, StratifiedKFold, TimeSeriesSplit,
    cross_val_score, cross_validate, train_test_split)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC"""

# Cells that leak when they stand before the split, after the target has been taken out.
BEFORE = {
    "NBL001": [
        "X = StandardScaler().fit_transform(X)\nX = pd.DataFrame(X)",
        "X = X.fillna(X.mean())",
        "X['age'].fillna(X['age'].median(), inplace=True)",
        "X[['age', 'x1']] = SimpleImputer().fit_transform(X[['age', 'x1']])",
        "X = pd.DataFrame(SelectKBest(k=4).fit_transform(X, y))",
        "X = pd.DataFrame(PCA(2).fit_transform(X))",
        "low, high = X.min(), X.max()\nX = (X - low) / (high - low)",
        "X['typical'] = X.groupby('kind')['age'].transform('mean')",
        (
            "def scale(table):\n"
            "    return pd.DataFrame(MinMaxScaler().fit_transform(table))\n"
            "X = scale(X)"
        ),
        "for column in ['age', 'x1']:\n    X[column] = X[column] / X[column].max()",
        "X = X.apply(lambda column: (column - column.mean()) / column.std())",
        "X['band'] = pd.qcut(X['age'], 4, labels=False)",
    ],
    "NBL002": [
        "X, y = SMOTE().fit_resample(X, y)",
        "sampler = RandomOverSampler(random_state=0)\nX, y = sampler.fit_resample(X, y)",
        (
            "more = X.sample(n=200, replace=True)\nX = pd.concat([X, more])\n"
            "y = pd.concat([y, y.loc[more.index]])"
        ),
    ],
}
# Cells that leak when they stand behind everything.
AFTER = {
    "NBL002": ["other = SVC()\nother.fit(X_test, y_test)\nprint(other.score(X_test, y_test))"],
    "NBL003": [
        "other = SVC().fit(X_train, y_train)\naccuracy_score(y_test, other.predict(X_test))",
        "for k in range(1, 9):\n    other = KNeighborsClassifier(k).fit(X_train, y_train)\n"
        "    print(other.score(X_test, y_test))",
        "for other in [SVC(), RandomForestClassifier()]:\n    other.fit(X_train, y_train)\n"
        "    print(other.score(X_test, y_test))",
    ],
}  # fmt: skip


class Case(NamedTuple):
    """A notebook; `leak` is its rule and its cell, None if it is clean."""

    name: str
    cells: tuple[str, ...]
    leak: tuple[str, int] | None


def cases(seed: int) -> Iterator[Case]:
    """Yield for every way to split a clean notebook and its twins, one for each kind of leak."""
    draw = random.Random(seed)
    for split in (*SPLITS, *FOLDS):
        clean, before = _clean(draw, split)
        yield _spread(draw, f"{split}, clean", clean, None)
        for code, leaks in BEFORE.items():
            for number, leak in enumerate(leaks):
                twin = [*clean[:before], leak, *clean[before:]]
                yield _spread(draw, f"{split}, {code} {number}", twin, (code, before))
        for code, leaks in AFTER.items() if split in SPLITS else ():
            for number, leak in enumerate(leaks):
                name = f"{split}, {code} late {number}"
                yield _spread(draw, name, [*clean, leak], (code, len(clean)))
        kept = [c.replace("X = rows.drop('sick', axis=1)", "X = rows.copy()") for c in clean]
        where = before if split in SPLITS else next(
            i for i in range(before, len(kept)) if "cross_val" in kept[i] or "split(" in kept[i]
        )  # fmt: skip
        if split in (
            "train_test_split",
            "twice",
            "function",
            "cross_val_score",
            "imblearn",
            "columns",
        ):
            yield _spread(draw, f"{split}, NBL005", kept, ("NBL005", where))


def _clean(draw: random.Random, split: str) -> tuple[list[str], int]:
    """Return a clean notebook, and the place before the split."""
    prepared = draw.sample(PREPARES, draw.randint(1, 5))
    head = [IMPORTS, draw.choice(LOADS), *prepared, TARGET]
    if split in FOLDS:
        return [*head, FOLDS[split]], len(head)
    tail = [SPLITS[split], *draw.sample(FITTED, draw.randint(0, 2)), draw.choice(MODELS)]
    return [*head, *tail, draw.choice(SCORES)], len(head)


def _spread(draw: random.Random, name: str, cells: list[str], leak: tuple[str, int] | None) -> Case:
    """Put cells that do not matter between the others."""
    spread: list[str] = []
    place = None
    for number, cell in enumerate(cells):
        if leak and number == leak[1]:
            place = len(spread)
        spread.append(cell)
        if 0 < number < len(cells) - 1:
            spread += draw.sample(NOISE, draw.randint(0, 2))
    return Case(name, tuple(spread), (leak[0], place) if leak and place is not None else None)
