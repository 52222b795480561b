"""Load data.

From cells 3-4 of `Bread orders.ipynb`.
"""

import matplotlib.pyplot as plt
import pandas as pd

from bread_orders import artifacts, params, reporting
from bread_orders.reporting import save_figures, show


def load_sales(sales_csv: str) -> pd.DataFrame:
    """How many loaves shall we bake?

    Bäckerei Müller, three shops. The class at the end is what the shops' tablet
    will use one day.

    From cells 3-4 of the notebook.
    """
    sales = pd.read_csv(sales_csv)
    sales["sold"] = sales["loaves"] - sales["returned"]
    show(sales.head())
    for shop, g in sales.groupby("shop"):
        plt.plot(g["week"], g["sold"], label=shop)
    plt.legend()
    plt.title("Verkäufe pro Woche")
    save_figures("load_sales")
    return sales


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data", figures=True):
        values = params.load("load_data")
        sales = load_sales(values["sales_csv"])
        artifacts.save(sales, "data/load_data/sales.pkl")
