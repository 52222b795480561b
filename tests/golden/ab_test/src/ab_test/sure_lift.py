"""How sure are we of the lift?

From cells 10, 12-14 of `ab_test.py`.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ab_test import artifacts, reporting
from ab_test.reporting import show


def compute_sure_lift(visits: pd.DataFrame) -> tuple[Any, Any, Any]:
    """How sure are we of the lift?

    2000 bootstrap samples of each group.

    From cell 10 of the notebook.
    """
    rng = np.random.default_rng(2023)
    a = visits.loc[visits.group == "A", "bought"].to_numpy()
    b = visits.loc[visits.group == "B", "bought"].to_numpy()
    lifts = np.empty(2000)
    for i in range(2000):
        lifts[i] = rng.choice(b, len(b)).mean() - rng.choice(a, len(a)).mean()
    low, high = np.percentile(lifts, [2.5, 97.5])
    print(f"lift between {low:.3f} and {high:.3f}")
    return rng, low, high


def describe_time_page(
    visits: pd.DataFrame, alpha: float, low: Any, p_value: Any
) -> tuple[Any, Any]:
    """Time on the page.

    Not normal at all, so no t-test.

    From cells 12-14 of the notebook.
    """
    seconds = [g.seconds.values for _, g in visits.groupby("group")]
    u, p_seconds = stats.mannwhitneyu(*seconds)
    show(p_seconds)
    # by device, with Bonferroni
    for device, rows in visits.groupby("device"):
        t = pd.crosstab(rows.group, rows.bought)
        _, p, *_ = stats.chi2_contingency(t)
        print(f"{device:8s} p={p:.3f}", "*" if p < alpha / 3 else "")
    verdict = "ship it" if p_value < alpha and low > 0 else "keep the old page"
    print(verdict)
    return u, p_seconds


def main() -> None:
    """Run the stage."""
    with reporting.report("sure_lift"):
        alpha = artifacts.load("data/split_fair/alpha.pkl")
        p_value = artifacts.load("data/conversion/p_value.pkl")
        visits = artifacts.load("data/split_fair/visits.pkl")
        _rng, low, _high = compute_sure_lift(visits)
        describe_time_page(visits, alpha, low, p_value)
