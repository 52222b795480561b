"""Load data.

From cells 2-5, 7-8 of `House prices - final v2.ipynb`.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from house_prices import artifacts, params, reporting
from house_prices.reporting import save_figures, show


def load_train(houses_csv: str) -> pd.DataFrame:
    """House prices.

    Homework 3 of the housing course. We predict SalePrice, the error is the RMSE of
    the logarithm.

    From cells 2-5, 7-8 of the notebook.
    """
    warnings.filterwarnings("ignore")
    train = pd.read_csv(houses_csv)
    show(train.head())
    show(train.shape)
    show(train.isnull().sum().sort_values(ascending=False))
    _fig, axes = plt.subplots(1, 2, figsize=(9, 3))
    sns.histplot(train["SalePrice"], ax=axes[0])
    sns.histplot(np.log1p(train["SalePrice"]), ax=axes[1])
    save_figures("load_train")
    train["SalePrice"] = np.log1p(train["SalePrice"])
    return train


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data", figures=True):
        values = params.load("load_data")
        train = load_train(values["houses_csv"])
        artifacts.save(train, "data/load_data/train.pkl")
