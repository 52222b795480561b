"""Preprocessing.

From cell 12 of `customer_segmentation.ipynb`.
"""

from typing import Any

import pandas as pd
from sklearn.preprocessing import StandardScaler

from customer_segmentation import artifacts, reporting
from customer_segmentation.reporting import show


def scale_gender(customers: pd.DataFrame) -> tuple[pd.DataFrame, StandardScaler, Any]:
    """Preprocessing.

    From cell 12 of the notebook.
    """
    customers["Gender"] = customers["Gender"].map({"Male": 0, "Female": 1})
    x_value = customers.drop("CustomerID", axis=1)
    scaler = StandardScaler()
    x_scaled = scaler.fit_transform(x_value)
    show(x_scaled[:2])
    return customers, scaler, x_scaled


def main() -> None:
    """Run the stage."""
    with reporting.report("preprocessing"):
        customers = artifacts.load("data/explore_data/customers.pkl")
        customers, scaler, x_scaled = scale_gender(customers)
        artifacts.save(customers, "data/preprocessing/customers.pkl")
        artifacts.save(x_scaled, "data/preprocessing/x_scaled.pkl")
        artifacts.save(scaler, "models/scaler.pkl")
