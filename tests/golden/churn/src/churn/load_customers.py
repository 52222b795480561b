"""Load the customers.

From cells 2, 4-5 of `churn.ipynb`.
"""

import numpy as np
import pandas as pd

from churn import artifacts, generators, params, reporting
from churn.reporting import show


def set_seeds_and_options(seed: int) -> None:
    """Which customers will leave?

    A first look at the churn data of the support team. Quick and dirty!

    From cell 2 of the notebook.
    """
    np.random.seed(seed)
    pd.set_option("display.max_columns", 20)


def load_customers(customers_csv: str) -> pd.DataFrame:
    """Load the customers.

    From cells 4-5 of the notebook.
    """
    df = pd.read_csv(customers_csv)
    show(df.head())
    print(df.shape)
    show(df.isnull().sum())
    return df


def main() -> None:
    """Run the stage."""
    with reporting.report("load_customers"):
        values = params.load("load_customers")
        set_seeds_and_options(values["seed"])
        df = load_customers(values["customers_csv"])
        artifacts.save(df, "data/load_customers/df.pkl")
        generators.save("data/load_customers/random_state.pkl")
