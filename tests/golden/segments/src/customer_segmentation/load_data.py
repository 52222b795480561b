"""Load the Data.

From cells 5-6 of `customer_segmentation.ipynb`.
"""

import pandas as pd

from customer_segmentation import artifacts, params, reporting
from customer_segmentation.reporting import show


def load_customers(mall_customers_csv: str) -> pd.DataFrame:
    """Load the Data.

    In this notebook we find groups of similar mall customers, so that marketing can
    write to each of them differently.

    From cells 5-6 of the notebook.
    """
    customers = pd.read_csv(mall_customers_csv)
    show(customers.head())
    show(customers.describe())
    return customers


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data"):
        values = params.load("load_data")
        customers = load_customers(values["mall_customers_csv"])
        artifacts.save(customers, "data/load_data/customers.pkl")
