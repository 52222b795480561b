"""Temperature.

From cells 13, 15-17 of `02_weather.ipynb`.
"""

import subprocess
from typing import Any

import numpy as np
import pandas as pd

from weather import artifacts, reporting
from weather.reporting import save_figures, show


def plot_temperature(w: pd.DataFrame) -> tuple[Any, Any, Any, np.ndarray, Any]:
    """Temperature.

    From cells 13, 15 of the notebook.
    """
    w.t_mean.rolling(14).mean().plot()
    w.t_max.plot(alpha=0.3)
    save_figures("plot_temperature")
    doy = w.index.dayofyear.values
    design = np.column_stack(
        [np.ones(len(w)), np.cos(2 * np.pi * doy / 365), np.sin(2 * np.pi * doy / 365)]
    )
    coef, res, rank, sv = np.linalg.lstsq(design, w.t_mean.values, rcond=None)
    fit = design @ coef
    rmse = np.sqrt(np.mean((fit - w.t_mean) ** 2))
    show(coef, rmse)
    return res, rank, sv, fit, rmse


def plot_humidity_scatter(
    fit: np.ndarray, w: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Plot humidity scatter.

    From cells 16-17 of the notebook.
    """
    w["anomaly"] = w.t_mean - fit
    hot = w[w.anomaly > 2 * w.anomaly.std()]
    files = subprocess.run(
        "ls *.csv", shell=True, check=False, capture_output=True, text=True
    ).stdout.splitlines()
    print(len(hot), "hot days in", files[0])
    w.plot.scatter("humidity", "rain_mm")
    save_figures("plot_humidity_scatter")
    return w, hot, files


def main() -> None:
    """Run the stage."""
    with reporting.report("temperature", figures=True):
        w = artifacts.load("data/load_data/w.pkl")
        _res, _rank, _sv, fit, _rmse = plot_temperature(w)
        plot_humidity_scatter(fit, w)
