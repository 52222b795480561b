"""Functions and classes of `House prices - final v2.ipynb`."""

import numpy as np
from sklearn.metrics import mean_squared_error


def rmse(model, *, x_test, y_test):
    """Rmse.

    From cell 20 of the notebook.
    """
    return np.sqrt(mean_squared_error(y_test, model.predict(x_test)))
