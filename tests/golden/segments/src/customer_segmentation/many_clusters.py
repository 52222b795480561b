"""How many clusters?

From cells 14-16 of `customer_segmentation.ipynb`.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from customer_segmentation import artifacts, params, reporting
from customer_segmentation.reporting import save_figures


def tune_n_clusters(x_scaled: Any, n_init: int, random_state: int) -> None:
    """How many clusters?

    The elbow method: we look for the bend in the curve of the inertia.

    From cells 14-16 of the notebook.
    """
    inertia = []
    silhouette = []
    k_value = range(2, 9)
    for k in k_value:
        km = KMeans(n_clusters=k, n_init=n_init, random_state=random_state)
        km.fit(x_scaled)
        inertia.append(km.inertia_)
        silhouette.append(silhouette_score(x_scaled, km.labels_))
    _fig, ax1 = plt.subplots(figsize=(7, 3))
    ax1.plot(k_value, inertia, "o-")
    ax1.set_xlabel("k")
    ax2 = ax1.twinx()
    ax2.plot(k_value, silhouette, "s--", color="tab:orange")
    plt.title("Elbow and silhouette")
    save_figures("tune_n_clusters")
    best_k = k_value[int(np.argmax(silhouette))]
    print("best k:", best_k)


def main() -> None:
    """Run the stage."""
    with reporting.report("many_clusters", figures=True):
        values = params.load("many_clusters")
        x_scaled = artifacts.load("data/preprocessing/x_scaled.pkl")
        tune_n_clusters(x_scaled, values["n_init"], values["random_state"])
