"""Preprocessing.

From cells 6-7, 10 of `Shape classifier.ipynb`.
"""

from typing import Any

import numpy as np

from shape_classifier import artifacts, generators, reporting
from shape_classifier.functions import SoftmaxClassifier
from shape_classifier.reporting import show


def compute_mu(x: np.ndarray) -> tuple[np.ndarray, Any]:
    """Preprocessing.

    From cell 6 of the notebook.
    """
    x = x.reshape(len(x), -1) / 255.0
    mu = x.mean(axis=0)
    x -= mu
    x = np.hstack([x, np.ones((len(x), 1))])  # bias trick
    return x, mu


def compute_y_val(x: np.ndarray, y: np.ndarray) -> tuple[Any, Any, Any, Any]:
    """Compute y val.

    From cell 7 of the notebook.
    """
    idx = np.random.permutation(len(x))
    n_train = int(0.75 * len(x))
    x_train, y_train = x[idx[:n_train]], y[idx[:n_train]]
    x_val, y_val = x[idx[n_train:]], y[idx[n_train:]]
    return x_train, y_train, x_val, y_val


def compute_loss2(x: np.ndarray, y: np.ndarray) -> Any:
    """The model.

    From cell 10 of the notebook.
    """
    # check the gradient numerically before training anything
    m = SoftmaxClassifier(3)
    m.W = np.random.randn(x.shape[1], 3)
    loss, grad = m.loss(x[:5], y[:5])
    h = 1e-5
    m.W[0, 0] += h
    loss2, _ = m.loss(x[:5], y[:5])
    show(abs((loss2 - loss) / h - grad[0, 0]) < 1e-4)
    return loss2


def main() -> None:
    """Run the stage."""
    with reporting.report("preprocessing"):
        x = artifacts.load("data/load_data/x.pkl")
        y = artifacts.load("data/load_data/y.pkl")
        generators.restore("data/load_data/random_state.pkl")
        x, mu = compute_mu(x)
        x_train, y_train, x_val, y_val = compute_y_val(x, y)
        compute_loss2(x, y)
        artifacts.save(mu, "data/preprocessing/mu.pkl")
        artifacts.save(x_train, "data/preprocessing/x_train.pkl")
        artifacts.save(y_train, "data/preprocessing/y_train.pkl")
        artifacts.save(x_val, "data/preprocessing/x_val.pkl")
        artifacts.save(y_val, "data/preprocessing/y_val.pkl")
        generators.save("data/preprocessing/random_state.pkl")
