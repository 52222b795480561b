"""Reports.

From cells 13-17 of `monthly_report.ipynb`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

from monthly_report import artifacts, reporting
from monthly_report.reporting import show


def save_reports(
    full: pd.DataFrame, out: Path, unknown: pd.DataFrame
) -> tuple[Any, dict]:
    """Reports.

    From cells 13-15 of the notebook.
    """
    by_city = full.pivot_table(
        index="city", columns="month", values="amount", aggfunc="sum", margins=True
    ).round(2)
    show(by_city)
    top = (
        full[~full["is_return"]]
        .groupby(["category", "name"], as_index=False)["amount"]
        .sum()
        .sort_values(["category", "amount"], ascending=[True, False])
    )
    show(top)
    by_city.to_csv(out / "revenue_by_city.csv")
    top.to_csv(out / "top_products.csv", index=False)
    unknown[["order_id", "customer"]].to_csv("out/unknown_customers.csv", index=False)
    stats = {
        "orders": int(len(full)),
        "revenue": round(float(full["amount"].sum()), 2),
        "returns": int(full["is_return"].sum()),
        "best_city": by_city["All"].drop("All").idxmax(),
    }
    # pylint: disable-next=unspecified-encoding
    with open(out / "summary.json", "w") as f:
        json.dump(stats, f, indent=2)
    show(stats)
    return top, stats


def load_check(out: Path, top: Any, full: pd.DataFrame) -> pd.DataFrame:
    """Load check.

    From cells 16-17 of the notebook.
    """
    # read it again to be sure
    check = pd.read_csv(out / "top_products.csv")
    show(len(check) == len(top))
    for city, g in full.groupby("city"):
        g.to_csv(f"out/orders_{city}.csv", index=False)
    print(sorted(os.listdir("out")))
    return check


def main() -> None:
    """Run the stage."""
    with reporting.report("reports"):
        out = artifacts.load("data/orders_one_file_month/out.pkl")
        full = artifacts.load("data/products_customers/full.pkl")
        unknown = artifacts.load("data/products_customers/unknown.pkl")
        top, _stats = save_reports(full, out, unknown)
        load_check(out, top, full)
