"""Clean.

From cells 7-8, 10-11 of `churn.ipynb`.
"""

import matplotlib.pyplot as plt
import pandas as pd

from churn import artifacts, generators, reporting, settings
from churn.reporting import save_figures, show


def drop_duplicates(df: pd.DataFrame) -> pd.DataFrame:
    """Clean.

    total_charges comes as text, with a blank for new customers. Some customers were
    exported twice.

    From cells 7-8 of the notebook.
    """
    df.drop_duplicates(inplace=True)
    df["total_charges"] = pd.to_numeric(df["total_charges"], errors="coerce")
    # the median is good enough
    df["monthly_charge"] = df["monthly_charge"].fillna(df["monthly_charge"].median())
    df["total_charges"] = df["total_charges"].fillna(
        df["monthly_charge"] * df["tenure_months"]
    )
    show(df.describe())
    return df


def plot_tenure_contract(df: pd.DataFrame) -> None:
    """Look at them.

    From cells 10-11 of the notebook.
    """
    df["churn"].value_counts().plot(kind="bar", title="Customers who left")
    save_figures("plot_tenure_contract")
    for contract, group in df.groupby("contract"):
        plt.hist(group["tenure_months"], bins=20, alpha=0.5, label=contract)
    plt.legend()
    plt.title("Tenure by contract")
    save_figures("plot_tenure_contract")


def main() -> None:
    """Run the stage."""
    with reporting.report("clean", figures=True):
        settings.load_customers()
        df = artifacts.load("data/load_customers/df.pkl")
        generators.restore("data/load_customers/random_state.pkl")
        df = drop_duplicates(df)
        plot_tenure_contract(df)
        artifacts.save(df, "data/clean/df.pkl")
        generators.save("data/clean/random_state.pkl")
