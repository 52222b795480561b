"""Names for the Clusters.

From cells 21-22 of `customer_segmentation.ipynb`.
"""

import pandas as pd

from customer_segmentation import artifacts, reporting
from customer_segmentation.reporting import show


def save_names_clusters(customers: pd.DataFrame) -> pd.DataFrame:
    """Names for the Clusters.

    From cells 21-22 of the notebook.
    """
    names = {}
    for c, group in customers.groupby("Cluster"):
        if group["Age"].mean() > 50:
            names[c] = "careful seniors"
        elif group["Score"].mean() > 70:
            names[c] = "big spenders"
        elif group["Income"].mean() < 35:
            names[c] = "young and broke"
        else:
            names[c] = "average"
    customers["Segment"] = customers["Cluster"].map(names)
    show(customers["Segment"].value_counts())
    customers[["CustomerID", "Segment"]].to_csv("segments.csv", index=False)
    return customers


def main() -> None:
    """Run the stage."""
    with reporting.report("names_clusters"):
        customers = artifacts.load("data/final_model/customers.pkl")
        save_names_clusters(customers)
