"""Train models.

From cells 14, 16-18, 21-24 of `House prices - final v2.ipynb`.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.model_selection import cross_val_score, train_test_split

from house_prices import artifacts, params, reporting, settings
from house_prices.functions import rmse
from house_prices.reporting import save_figures, show


def clean_train(train: pd.DataFrame) -> pd.DataFrame:
    """Clean train.

    From cell 14 of the notebook.
    """
    # two huge houses that were sold for very little
    train = train.drop(
        train[(train["LivingArea"] > 400) & (train["SalePrice"] < 12)].index
    )
    return train


def compute_features(train: pd.DataFrame) -> pd.DataFrame:
    """Features.

    From cell 16 of the notebook.
    """
    quality = {"None": 0, "Fa": 1, "TA": 2, "Gd": 3, "Ex": 4}
    train["BsmtQual"] = train["BsmtQual"].map(quality)
    train["HouseAge"] = train["YrSold"] - train["YearBuilt"]
    train["TotalArea"] = train["LivingArea"] + train["GarageArea"]
    # train['IsNew'] = (train['HouseAge'] < 2).astype(int)   # made it worse
    return train


def split_train_test(
    train: pd.DataFrame, test_size: float, random_state: int
) -> tuple[Any, Any, Any, Any]:
    """Split train test.

    From cells 17-18 of the notebook.
    """
    plt.figure(figsize=(8, 6))
    sns.heatmap(train.corr(numeric_only=True), cmap="vlag", center=0)
    plt.title("Correlations")
    save_figures("split_train_test")
    y = train["SalePrice"]
    x_value = pd.get_dummies(train.drop(["Id", "SalePrice"], axis=1))
    print(x_value.shape)
    x_train, x_test, y_train, y_test = train_test_split(
        x_value, y, test_size=test_size, random_state=random_state
    )
    return x_train, x_test, y_train, y_test


def train_results(
    x_test: Any, x_train: Any, y_test: Any, y_train: Any, models_alpha: int
) -> None:
    """Models.

    From cells 21-22 of the notebook.
    """
    models = {
        "Linear": LinearRegression(),
        "Ridge": Ridge(alpha=models_alpha),
        "Lasso": Lasso(alpha=0.001, max_iter=20000),
        "Forest": RandomForestRegressor(n_estimators=50, random_state=1),
    }
    results = {}
    for name, model in models.items():
        model.fit(x_train, y_train)
        results[name] = rmse(model, x_test=x_test, y_test=y_test)
        # pylint: disable-next=consider-using-f-string
        print("%-8s %.4f" % (name, results[name]))
    pd.Series(results).sort_values().plot(kind="bar", title="RMSE")
    save_figures("train_results")


def tune_alpha(
    x_train: Any, y_train: Any, x_test: Any, train: pd.DataFrame, cv: int
) -> tuple[Ridge, pd.DataFrame]:
    """Tune alpha.

    From cells 23-24 of the notebook.
    """
    best_alpha, best_score = None, -np.inf
    for alpha in [0.1, 1, 3, 10, 30]:
        score = cross_val_score(
            Ridge(alpha=alpha),
            x_train,
            y_train,
            cv=cv,
            scoring="neg_mean_squared_error",
        ).mean()
        if score > best_score:
            best_alpha, best_score = alpha, score
    show(best_alpha, np.sqrt(-best_score))
    final = Ridge(alpha=best_alpha).fit(x_train, y_train)
    preds = np.expm1(final.predict(x_test))
    submission = pd.DataFrame(
        {"Id": train.loc[x_test.index, "Id"], "SalePrice": preds.round()}
    )
    submission.to_csv("submission.csv", index=False)
    show(submission.head())
    return final, submission


def main() -> None:
    """Run the stage."""
    with reporting.report("train_models", figures=True):
        settings.load_data()
        values = params.load("train_models")
        train = artifacts.load("data/missing_values/train.pkl")
        train = clean_train(train)
        train = compute_features(train)
        x_train, x_test, y_train, y_test = split_train_test(
            train, values["test_size"], values["random_state"]
        )
        train_results(x_test, x_train, y_test, y_train, values["models_alpha"])
        final, _submission = tune_alpha(x_train, y_train, x_test, train, values["cv"])
        artifacts.save(final, "models/final.pkl")
