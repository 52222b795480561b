"""Features from the calendar and from the past.

From cells 8-10 of `Load forecast.ipynb`.
"""

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from load_forecast import artifacts, reporting, settings
from load_forecast.reporting import save_figures, show


def clean_features_calendar_past(df: pd.DataFrame) -> tuple[pd.DataFrame, Any]:
    """Features from the calendar and from the past.

    lags of 1, 2 and 7 days; the mean of the last week, without the day itself; day
    of the week and month

    From cells 8-10 of the notebook.
    """
    for lag in (1, 2, 7):
        df[f"lag_{lag}"] = df["Load_MWh"].shift(lag)
    df["week_mean"] = df["Load_MWh"].shift(1).rolling(7).mean()
    df["dow"] = df.index.dayofweek
    df["month"] = df.index.month
    df["weekend"] = (df["dow"] >= 5).astype(int)
    df = df.dropna()
    show(df.tail(3))
    monthly = df["Load_MWh"].resample("MS").sum()
    monthly.plot(kind="bar")
    plt.title("Load by month")
    plt.tight_layout()
    save_figures("clean_features_calendar_past")
    return df, monthly


def main() -> None:
    """Run the stage."""
    with reporting.report("features_calendar_past", figures=True):
        settings.gaps()
        df = artifacts.load("data/gaps/df.pkl")
        df, _monthly = clean_features_calendar_past(df)
        artifacts.save(df, "data/features_calendar_past/df.pkl")
