"""Features (see bread.py).

From cells 6-7 of `Bread orders.ipynb`.
"""

from typing import Any

import pandas as pd

from bread import add_lags, week_of_year_features
from bread_orders import artifacts, reporting


def clean_features(sales: pd.DataFrame) -> tuple[Any, Any]:
    """Features (see bread.py).

    From cells 6-7 of the notebook.
    """
    sales = add_lags(sales, column="sold", by="shop", lags=[1, 2])
    sales = week_of_year_features(sales)
    print(sales.columns.tolist())
    train = sales[sales["week"] <= 40].dropna()
    test = sales[sales["week"] > 40]
    return train, test


def main() -> None:
    """Run the stage."""
    with reporting.report("features"):
        sales = artifacts.load("data/load_data/sales.pkl")
        train, test = clean_features(sales)
        artifacts.save(train, "data/features/train.pkl")
        artifacts.save(test, "data/features/test.pkl")
