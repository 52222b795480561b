"""Final Model.

From cells 18-19 of `customer_segmentation.ipynb`.
"""

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from customer_segmentation import artifacts, params, reporting
from customer_segmentation.reporting import save_figures, show


def train_kmeans(
    x_scaled: Any,
    customers: pd.DataFrame,
    n_clusters: int,
    n_init: int,
    random_state: int,
) -> tuple[KMeans, pd.DataFrame]:
    """Final Model.

    From cell 18 of the notebook.
    """
    kmeans = KMeans(n_clusters=n_clusters, n_init=n_init, random_state=random_state)
    customers["Cluster"] = kmeans.fit_predict(x_scaled)
    show(customers.groupby("Cluster").mean(numeric_only=True).round(1))
    return kmeans, customers


def reduce_coords(
    x_scaled: Any, customers: pd.DataFrame, n_components: int
) -> tuple[PCA, Any]:
    """Reduce coords.

    From cell 19 of the notebook.
    """
    pca = PCA(n_components=n_components)
    coords = pca.fit_transform(x_scaled)
    print("explained:", pca.explained_variance_ratio_.sum().round(3))
    for c in sorted(customers["Cluster"].unique()):
        mask = customers["Cluster"] == c
        # pylint: disable-next=consider-using-f-string
        plt.scatter(coords[mask, 0], coords[mask, 1], s=10, label="Cluster %d" % c)
    plt.legend()
    save_figures("reduce_coords")
    return pca, coords


def main() -> None:
    """Run the stage."""
    with reporting.report("final_model", figures=True):
        values = params.load("final_model")
        x_scaled = artifacts.load("data/preprocessing/x_scaled.pkl")
        customers = artifacts.load("data/preprocessing/customers.pkl")
        kmeans, customers = train_kmeans(
            x_scaled,
            customers,
            values["n_clusters"],
            values["n_init"],
            values["random_state"],
        )
        pca, _coords = reduce_coords(x_scaled, customers, values["n_components"])
        artifacts.save(customers, "data/final_model/customers.pkl")
        artifacts.save(kmeans, "models/kmeans.pkl")
        artifacts.save(pca, "models/pca.pkl")
