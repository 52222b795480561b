"""Load data.

From cells 2-6 of `02_weather.ipynb`.
"""

import subprocess

import pandas as pd

from weather import artifacts, reporting
from weather.reporting import show


def load_station() -> pd.DataFrame:
    """Load station.

    From cells 2-6 of the notebook.
    """
    subprocess.run("ls", shell=True, check=False)
    w = pd.read_csv("station_7.csv", index_col=0, parse_dates=True)
    w["t_mean"] = (w.t_max + w.t_min) / 2
    show(w.head())
    show(w.humidity.isna().sum())
    w["humidity"] = w["humidity"].ffill()
    season = w.index.month.map(lambda m: (m % 12) // 3)
    w["season"] = season
    return w


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data"):
        w = load_station()
        artifacts.save(w, "data/load_data/w.pkl")
