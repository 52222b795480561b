"""Missing values.

From cells 10-11, 13 of `House prices - final v2.ipynb`.
"""

import matplotlib.pyplot as plt
import pandas as pd

from house_prices import artifacts, reporting, settings
from house_prices.reporting import save_figures, show


def prepare_missing_values(train: pd.DataFrame) -> pd.DataFrame:
    """Missing values.

    From cells 10-11 of the notebook.
    """
    # houses in one neighborhood have similar fronts
    train["LotFrontage"] = train.groupby("Neighborhood")["LotFrontage"].transform(
        lambda x: x.fillna(x.median())
    )
    # NA means that there is none
    for col in ("GarageType", "BsmtQual"):
        train[col] = train[col].fillna("None")
    train["GarageArea"] = train["GarageArea"].fillna(0)
    show(train.isnull().sum().sum())
    return train


def plot_outliers(train: pd.DataFrame) -> None:
    """Outliers.

    From cell 13 of the notebook.
    """
    plt.scatter(train["LivingArea"], train["SalePrice"], s=8)
    plt.xlabel("LivingArea")
    save_figures("plot_outliers")


def main() -> None:
    """Run the stage."""
    with reporting.report("missing_values", figures=True):
        settings.load_data()
        train = artifacts.load("data/load_data/train.pkl")
        train = prepare_missing_values(train)
        plot_outliers(train)
        artifacts.save(train, "data/missing_values/train.pkl")
