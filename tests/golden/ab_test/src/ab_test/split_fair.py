"""Was the split fair?

From cells 2-3, 5 of `ab_test.py`.
"""

from typing import Any

import pandas as pd
from scipy import stats

from ab_test import artifacts, params, reporting
from ab_test.reporting import show


def load_visits(alpha: float, checkout_csv: str) -> tuple[float, pd.DataFrame]:
    """New checkout page: does it sell more?

    A/B test of March. Group A saw the old page, group B the new one.

    From cells 2-3 of the notebook.
    """
    visits = pd.read_csv(checkout_csv)
    print(f"{len(visits)} rows, {visits.user.nunique()} users")
    visits = visits.drop_duplicates("user")
    show(visits.groupby("group").size())
    return alpha, visits


def describe_split_fair(
    visits: pd.DataFrame, alpha: float
) -> tuple[Any, Any, Any, Any]:
    """Was the split fair?

    If the assignment was random, each device should be as common in A as in B.

    From cell 5 of the notebook.
    """
    table = pd.crosstab(visits.group, visits.device)
    chi2, p_split, dof, expected = stats.chi2_contingency(table)
    print(f"chi2={chi2:.2f}, p={p_split:.3f}")
    if p_split < alpha:
        print("The groups differ, stop here!")
    return chi2, p_split, dof, expected


def main() -> None:
    """Run the stage."""
    with reporting.report("split_fair"):
        values = params.load("split_fair")
        alpha, visits = load_visits(values["alpha"], values["checkout_csv"])
        describe_split_fair(visits, alpha)
        artifacts.save(alpha, "data/split_fair/alpha.pkl")
        artifacts.save(visits, "data/split_fair/visits.pkl")
