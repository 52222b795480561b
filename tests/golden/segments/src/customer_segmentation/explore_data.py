"""Exploratory Data Analysis.

From cells 8-10 of `customer_segmentation.ipynb`.
"""

import matplotlib.pyplot as plt
import pandas as pd

from customer_segmentation import artifacts, reporting
from customer_segmentation.reporting import save_figures


def explore_data(customers: pd.DataFrame) -> pd.DataFrame:
    """Exploratory Data Analysis.

    From cells 8-10 of the notebook.
    """
    customers.rename(
        columns={"Annual Income (k$)": "Income", "Spending Score (1-100)": "Score"},
        inplace=True,
    )
    plt.figure(1, figsize=(12, 3))
    n = 0
    for x in ["Age", "Income", "Score"]:
        n += 1
        plt.subplot(1, 3, n)
        plt.hist(customers[x], bins=20)
        # pylint: disable-next=consider-using-f-string
        plt.title("Distribution of {}".format(x))
    save_figures("explore_data")
    plt.scatter(
        customers["Income"],
        customers["Score"],
        c=(customers["Gender"] == "Male"),
        cmap="coolwarm",
        s=10,
    )
    plt.xlabel("Income")
    plt.ylabel("Score")
    save_figures("explore_data")
    return customers


def main() -> None:
    """Run the stage."""
    with reporting.report("explore_data", figures=True):
        customers = artifacts.load("data/load_data/customers.pkl")
        customers = explore_data(customers)
        artifacts.save(customers, "data/explore_data/customers.pkl")
