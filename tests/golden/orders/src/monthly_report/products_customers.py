"""Products and customers.

From cells 6, 8-11 of `monthly_report.ipynb`.
"""

import json
from pathlib import Path

import pandas as pd

from monthly_report import artifacts, reporting
from monthly_report.reporting import show


def load_products(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Products and customers.

    From cell 6 of the notebook.
    """
    products = pd.read_csv(data / "products.csv")
    with open("data/customers.json", encoding="utf-8") as f:
        raw = json.load(f)
    customers = pd.json_normalize(raw)
    customers.columns = [c.replace("address.", "") for c in customers.columns]
    customers["is_vip"] = customers["tags"].apply(lambda tags: "vip" in tags)
    customers.drop(columns="tags", inplace=True)
    show(customers.head(3))
    return products, customers


def merge_unknown(
    orders: pd.DataFrame, products: pd.DataFrame, customers: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join.

    Orders of customers that nobody knows are put aside; negative quantities are
    returns.

    From cells 8-11 of the notebook.
    """
    full = orders.merge(products, on="sku", how="left", validate="many_to_one")
    full = full.merge(
        customers,
        left_on="customer",
        right_on="id",
        how="left",
        suffixes=("", "_customer"),
        indicator=True,
    )
    unknown = full[full["_merge"] == "left_only"]
    print(len(unknown), "orders without a customer")
    full = full[full["_merge"] == "both"].drop(columns=["_merge", "id"])
    full["amount"] = full["qty"] * full["price"]
    full["is_return"] = full["qty"] < 0
    full["month"] = full["date"].dt.strftime("%Y-%m")
    assert full["amount"].notna().all(), "a price is missing"
    # tried to find the order with the highest amount
    # full.sort_values("amount", ascending=False).head(1)
    show(full.loc[full["amount"].idxmax()])
    return full, unknown


def main() -> None:
    """Run the stage."""
    with reporting.report("products_customers"):
        data = artifacts.load("data/orders_one_file_month/data.pkl")
        orders = artifacts.load("data/orders_one_file_month/orders.pkl")
        products, customers = load_products(data)
        full, unknown = merge_unknown(orders, products, customers)
        artifacts.save(full, "data/products_customers/full.pkl")
        artifacts.save(unknown, "data/products_customers/unknown.pkl")
