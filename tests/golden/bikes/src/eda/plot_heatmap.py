"""Plot heatmap.

From cells 12-16 of `eda.ipynb`.
"""

from typing import Any

import pandas as pd
import seaborn as sns

from eda import artifacts, reporting, settings
from eda.reporting import save_figures, show


def plot_heatmap(df: pd.DataFrame) -> tuple[Any, Any]:
    """Plot heatmap.

    From cells 12-16 of the notebook.
    """
    sns.heatmap(
        df[["temp", "humidity", "members", "guests", "total"]].corr(), annot=True
    )
    save_figures("plot_heatmap")
    show(
        df.pivot_table(
            index="part_of_day",
            columns="weather",
            values="total",
            aggfunc="mean",
            observed=False,
        ).round(1)
    )
    top_days = df.groupby("date")["total"].sum().nlargest(5)
    print(top_days)
    monthly = df.groupby(df["date"].dt.month)[["members", "guests"]].sum()
    monthly.plot.bar(stacked=True)
    save_figures("plot_heatmap")
    share = monthly["guests"] / monthly.sum(axis=1)
    show(share)
    return top_days, share


def main() -> None:
    """Run the stage."""
    with reporting.report("plot_heatmap", figures=True):
        settings.load_data()
        df = artifacts.load("data/load_data/df.pkl")
        plot_heatmap(df)
