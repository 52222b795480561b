"""Training.

From cells 12-17 of `Shape classifier.ipynb`.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from shape_classifier import artifacts, generators, reporting
from shape_classifier.functions import SoftmaxClassifier, show_weights
from shape_classifier.reporting import save_figures, show


def save_confusion(
    x_train: Any, y_train: Any, x_val: Any, y_val: Any, mu: Any
) -> tuple[Any, np.ndarray]:
    """Training.

    From cells 12-17 of the notebook.
    """
    clf = SoftmaxClassifier(n_classes=3, lr=0.5)
    clf.fit(x_train, y_train, epochs=15)
    print("train", (clf.predict(x_train) == y_train).mean())
    print("val  ", (clf.predict(x_val) == y_val).mean())
    plt.plot(clf.history)
    plt.xlabel("epoch")
    plt.ylabel("loss")
    save_figures("save_confusion")
    # a little more with a smaller step
    clf.lr = 0.05
    clf.fit(x_train, y_train, epochs=5)
    val_acc = (clf.predict(x_val) == y_val).mean()
    show(val_acc)
    show_weights(clf.W)
    save_figures("save_confusion")
    confusion = np.zeros((3, 3), dtype=int)
    for t, p in zip(y_val, clf.predict(x_val)):
        confusion[t, p] += 1
    print(confusion)
    np.savez("weights.npz", W=clf.W, mu=mu)
    return val_acc, confusion


def main() -> None:
    """Run the stage."""
    with reporting.report("training", figures=True):
        x_train = artifacts.load("data/preprocessing/x_train.pkl")
        x_val = artifacts.load("data/preprocessing/x_val.pkl")
        mu = artifacts.load("data/preprocessing/mu.pkl")
        y_train = artifacts.load("data/preprocessing/y_train.pkl")
        y_val = artifacts.load("data/preprocessing/y_val.pkl")
        generators.restore("data/preprocessing/random_state.pkl")
        save_confusion(x_train, y_train, x_val, y_val, mu)
