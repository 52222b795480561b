"""Conversion.

From cells 7-8 of `ab_test.py`.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ab_test import artifacts, reporting
from ab_test.reporting import show


def compute_conversion(visits: pd.DataFrame) -> Any:
    """Conversion.

    From cells 7-8 of the notebook.
    """
    summary = visits.groupby("group").bought.agg(["sum", "count", "mean"])
    show(summary)
    bought_a, bought_b = summary["sum"]
    n_a, n_b = summary["count"]
    pooled = (bought_a + bought_b) / (n_a + n_b)
    z = (bought_b / n_b - bought_a / n_a) / np.sqrt(
        pooled * (1 - pooled) * (1 / n_a + 1 / n_b)
    )
    p_value = 2 * stats.norm.sf(abs(z))
    print(f"z={z:.2f} p={p_value:.4f}")
    return p_value


def main() -> None:
    """Run the stage."""
    with reporting.report("conversion"):
        visits = artifacts.load("data/split_fair/visits.pkl")
        p_value = compute_conversion(visits)
        artifacts.save(p_value, "data/conversion/p_value.pkl")
