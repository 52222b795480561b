"""Explore data.

From cells 6-8, 10-11 of `eda.ipynb`.
"""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

from eda import artifacts, reporting, settings
from eda.reporting import save_figures, show


def plot_rentals_weather(df: pd.DataFrame) -> None:
    """Plot rentals weather.

    From cells 6-8, 10-11 of the notebook.
    """
    sns.histplot(df["total"], kde=False)
    save_figures("plot_rentals_weather")
    sns.boxplot(data=df, x="weather", y="total")
    plt.title("Rentals by weather")
    save_figures("plot_rentals_weather")
    _fig, axes = plt.subplots(1, 2, figsize=(10, 3.5), sharey=True)
    for ax, (workday, g) in zip(axes, df.groupby("workday")):
        g.groupby("hour")[["members", "guests"]].mean().plot(ax=ax)
        ax.set_title("workday" if workday else "weekend")
    plt.tight_layout()
    save_figures("plot_rentals_weather")
    sns.scatterplot(data=df, x="temp", y="total", hue="weather", s=15)
    save_figures("plot_rentals_weather")
    show(df[["temp", "humidity", "members", "guests", "total"]].corr().round(2))


def main() -> None:
    """Run the stage."""
    with reporting.report("explore_data", figures=True):
        settings.load_data()
        df = artifacts.load("data/load_data/df.pkl")
        plot_rentals_weather(df)
