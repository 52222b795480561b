"""Orders, one file a month.

From cells 1, 3-4 of `monthly_report.ipynb`.
"""

import glob
import os
from pathlib import Path

import pandas as pd

from monthly_report import artifacts, reporting
from monthly_report.reporting import show


def compute_path() -> tuple[Path, Path]:
    """Compute path.

    From cell 1 of the notebook.
    """
    data = Path("data")
    out = Path("out")
    out.mkdir(exist_ok=True)
    return data, out


def load_orders() -> pd.DataFrame:
    """Orders, one file a month.

    From cells 3-4 of the notebook.
    """
    frames = []
    for f in sorted(glob.glob("data/orders_*.csv")):
        part = pd.read_csv(f, parse_dates=["date"])
        part["source"] = os.path.basename(f)
        frames.append(part)
    orders = pd.concat(frames, ignore_index=True)
    orders.info()
    show(orders.groupby("source").size())
    return orders


def main() -> None:
    """Run the stage."""
    with reporting.report("orders_one_file_month"):
        data, out = compute_path()
        orders = load_orders()
        artifacts.save(data, "data/orders_one_file_month/data.pkl")
        artifacts.save(out, "data/orders_one_file_month/out.pkl")
        artifacts.save(orders, "data/orders_one_file_month/orders.pkl")
