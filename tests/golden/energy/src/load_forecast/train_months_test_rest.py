"""Train on the first 20 months, test on the rest.

From cells 12, 15, 17-20 of `Load forecast.ipynb`.
"""

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression

from load_forecast import artifacts, params, reporting, settings
from load_forecast.functions import mape
from load_forecast.reporting import save_figures, show


def train_months_test_rest(df: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list]:
    """Train on the first 20 months, test on the rest.

    From cell 12 of the notebook.
    """
    split_date = "2022-09-01"
    train = df[df.index < split_date]
    test = df[df.index >= split_date]
    features = [c for c in df.columns if c not in ("Load_MWh", "Temp")]
    show(len(train), len(test), features)
    return train, test, features


def compute_baseline(test: pd.DataFrame) -> Any:
    """Baseline: the same as a week ago.

    From cell 15 of the notebook.
    """
    baseline = mape(test["Load_MWh"], test["lag_7"])
    print(f"Baseline MAPE: {baseline:.2f} %")
    return baseline


def train_gradient_boosting_regressor(
    features: list,
    train: pd.DataFrame,
    test: pd.DataFrame,
    df: pd.DataFrame,
    n_estimators: int,
) -> tuple[LinearRegression, GradientBoostingRegressor, dict, Any]:
    """Gradient boosting.

    From cells 17-20 of the notebook.
    """
    linear = LinearRegression().fit(train[features], train["Load_MWh"])
    boosting = GradientBoostingRegressor(
        n_estimators=n_estimators, learning_rate=0.08, max_depth=3, random_state=0
    )
    boosting.fit(train[features], train["Load_MWh"])
    forecast = pd.DataFrame({"actual": test["Load_MWh"]})
    forecast["linear"] = linear.predict(test[features])
    forecast["boosting"] = boosting.predict(test[features])
    scores = {
        name: mape(forecast["actual"], forecast[name])
        for name in ("linear", "boosting")
    }
    show(scores)
    forecast.plot(style=["k-", "--", ":"], title="Forecast")
    plt.ylabel("MWh")
    save_figures("train_gradient_boosting_regressor")
    # a day ahead: use the last known week
    last = df[features].iloc[[-1]].copy()
    last["lag_1"] = df["Load_MWh"].iloc[-1]
    tomorrow = boosting.predict(last)[0]
    print("tomorrow:", round(tomorrow, 1), "MWh")
    return linear, boosting, scores, tomorrow


def main() -> None:
    """Run the stage."""
    with reporting.report("train_months_test_rest", figures=True):
        settings.gaps()
        values = params.load("train_months_test_rest")
        df = artifacts.load("data/features_calendar_past/df.pkl")
        train, test, features = train_months_test_rest(df)
        compute_baseline(test)
        linear, boosting, _scores, _tomorrow = train_gradient_boosting_regressor(
            features, train, test, df, values["n_estimators"]
        )
        artifacts.save(linear, "models/linear.pkl")
        artifacts.save(boosting, "models/boosting.pkl")
