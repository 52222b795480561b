"""Load data.

From cells 2-4 of `Shape classifier.ipynb`.
"""

import matplotlib.pyplot as plt
import numpy as np

from shape_classifier import artifacts, generators, params, reporting
from shape_classifier.reporting import save_figures, show


def load_images(
    seed: int, images_npy: str, labels_txt: str
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax regression from scratch.

    No scikit-learn today: only NumPy. The pictures show squares, crosses and
    slashes, 8 by 8 pixels.

    From cells 2-4 of the notebook.
    """
    np.random.seed(seed)
    x = np.load(images_npy)
    y = np.loadtxt(labels_txt, dtype=int)
    show(x.shape, x.dtype, np.bincount(y))
    _fig, axs = plt.subplots(2, 6, figsize=(9, 3))
    for ax, img, label in zip(axs.flat, x, y):
        ax.imshow(img, cmap="gray")
        ax.set_title(label)
        ax.axis("off")
    save_figures("load_images")
    return x, y


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data", figures=True):
        values = params.load("load_data")
        x, y = load_images(values["seed"], values["images_npy"], values["labels_txt"])
        artifacts.save(x, "data/load_data/x.pkl")
        artifacts.save(y, "data/load_data/y.pkl")
        generators.save("data/load_data/random_state.pkl")
