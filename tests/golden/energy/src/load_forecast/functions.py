"""Functions and classes of `Load forecast.ipynb`."""

import numpy as np


def mape(actual, forecast):
    """Mape.

    From cell 13 of the notebook.
    """
    return np.mean(np.abs((actual - forecast) / actual)) * 100
