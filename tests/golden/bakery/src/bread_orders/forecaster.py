"""Forecaster.

From cells 10, 12-14 of `Bread orders.ipynb`.
"""

from typing import Any

import numpy as np
import pandas as pd

import bread
from bread_orders import artifacts, reporting
from bread_orders.functions import (
    BreadForecaster,
    CautiousForecaster,
    empty_shelves,
    waste,
)
from bread_orders.reporting import show


def predict_forecaster(train: Any, test: Any) -> Any:
    """Forecaster.

    One linear model per shop. margin is the share of loaves that we bake on top.

    From cells 10, 12-14 of the notebook.
    """
    features = ["sold_lag_1", "sold_lag_2", "holiday", "week_sin", "week_cos"]
    forecaster = BreadForecaster(features).fit(train)
    cautious = CautiousForecaster(features, margin=0.02).fit(train)
    show(forecaster.coef)
    for m in (forecaster, cautious):
        print(
            type(m).__name__,
            "wastes",
            waste(m, test=test),
            "loaves, shelves empty in",
            empty_shelves(m, test=test),
            "weeks",
        )
    # the boss wants to know what the margin costs
    costs = pd.DataFrame({"margin": np.linspace(0, 0.2, 9)})
    costs["euro"] = 0.0
    for i, margin in enumerate(costs["margin"]):
        forecaster.margin = margin
        costs.loc[i, "euro"] = (
            waste(forecaster, test=test) * bread.PRICE_OF_FLOUR
            + empty_shelves(forecaster, test=test) * 35
        )
    show(costs)
    best_margin = costs.loc[costs["euro"].idxmin(), "margin"]
    forecaster.margin = best_margin
    print("bake", round(best_margin * 100, 1), "% more")
    return cautious


def main() -> None:
    """Run the stage."""
    with reporting.report("forecaster"):
        test = artifacts.load("data/features/test.pkl")
        train = artifacts.load("data/features/train.pkl")
        predict_forecaster(train, test)
