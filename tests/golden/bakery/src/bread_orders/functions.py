"""Functions and classes of `Bread orders.ipynb`."""

import numpy as np
import pandas as pd


class BreadForecaster:
    """Bread forecaster.

    One linear model per shop. margin is the share of loaves that we bake on top.

    From cell 9 of the notebook.
    """

    def __init__(self, features, margin=0.05):
        self.features = features
        self.margin = margin
        self.coef = {}

    def _design(self, frame):
        return np.column_stack(
            [np.ones(len(frame)), frame[self.features].to_numpy(dtype=float)]
        )

    # pylint: disable-next=missing-function-docstring
    def fit(self, frame):
        for shop, g in frame.groupby("shop"):
            self.coef[shop], *_ = np.linalg.lstsq(
                self._design(g), g["sold"].to_numpy(), rcond=None
            )
        return self

    # pylint: disable-next=missing-function-docstring
    def predict(self, frame):
        result = pd.Series(index=frame.index, dtype=float)
        for shop, g in frame.groupby("shop"):
            result.loc[g.index] = self._design(g) @ self.coef[shop]
        return result

    # pylint: disable-next=missing-function-docstring
    def loaves_to_bake(self, frame):
        return np.ceil(self.predict(frame) * (1 + self.margin)).astype(int)


class CautiousForecaster(BreadForecaster):
    """never bakes less than last week"""

    def predict(self, frame):
        return np.maximum(super().predict(frame), frame["sold_lag_1"])


def waste(model, *, test):
    """Waste.

    From cell 11 of the notebook.
    """
    baked = model.loaves_to_bake(test)
    return int((baked - test["sold"]).clip(lower=0).sum())


def empty_shelves(model, *, test):
    """Empty shelves.

    From cell 11 of the notebook.
    """
    return int((model.loaves_to_bake(test) < test["sold"]).sum())
