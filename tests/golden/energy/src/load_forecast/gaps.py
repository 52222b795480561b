"""Gaps.

From cells 2-4, 6 of `Load forecast.ipynb`.
"""

import matplotlib.pyplot as plt
import pandas as pd

from load_forecast import artifacts, params, reporting
from load_forecast.reporting import save_figures, show


def load_load(load_csv: str) -> pd.DataFrame:
    """Load forecast.

    Daily electricity load of a small town. How well do yesterday and last week
    predict tomorrow?

    Source: municipal works, export of 2023-01-09

    From cells 2-4 of the notebook.
    """
    plt.rcParams["figure.figsize"] = (9, 3)
    df = pd.read_csv(load_csv, parse_dates=["Date"], dayfirst=True, index_col="Date")
    show(df.index.min(), df.index.max())
    df.plot(subplots=True)
    save_figures("load_load")
    return df


def clean_gaps(df: pd.DataFrame) -> pd.DataFrame:
    """Gaps.

    A meter failed on four days. Interpolating is fine for a load like this.

    From cell 6 of the notebook.
    """
    print(df["Load_MWh"].isna().sum(), "days are missing")
    df["Load_MWh"] = df["Load_MWh"].interpolate(method="time")
    assert df["Load_MWh"].notna().all()
    return df


def main() -> None:
    """Run the stage."""
    with reporting.report("gaps", figures=True):
        values = params.load("gaps")
        df = load_load(values["load_csv"])
        df = clean_gaps(df)
        artifacts.save(df, "data/gaps/df.pkl")
