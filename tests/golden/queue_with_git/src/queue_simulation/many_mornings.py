"""Many mornings.

From cells 7-8, 10-11 of `queue_simulation.md`.
"""

import random
from typing import Any

import numpy as np

from queue_simulation import artifacts, generators, params, reporting
from queue_simulation.functions import simulate
from queue_simulation.reporting import show


def compute_many_mornings(
    minutes: int, arrivals_per_minute: float, service_minutes: float, n_days: int
) -> tuple[int, np.ndarray, Any]:
    """Many mornings.

    One morning proves nothing.

    From cells 7-8 of the notebook.
    """
    longest = np.zeros((n_days, 4))
    for day in range(n_days):
        a = np.random.exponential(1 / arrivals_per_minute, size=400).cumsum()
        a = a[a < minutes]
        s = np.random.exponential(service_minutes, size=len(a))
        for c in range(1, 5):
            longest[day, c - 1] = simulate(a, s, c).max()
    show((longest <= 10).mean(axis=0))
    share_ok = (longest <= 10).mean(axis=0)
    needed = int(np.argmax(share_ok >= 0.95)) + 1 if (share_ok >= 0.95).any() else None
    print("counters needed:", needed)
    return n_days, longest, needed


def compute_one_clerk_ill(
    n_days: int, longest: np.ndarray
) -> tuple[Any, Any, Any, Any]:
    """What if one clerk is ill?

    On one day in ten a counter stays closed, drawn with the other generator.

    From cells 10-11 of the notebook.
    """
    closed = [random.random() < 0.1 for _ in range(n_days)]
    ill = sum(closed)
    ok = 0
    for day, is_closed in enumerate(closed):
        c = 3 - is_closed
        ok += longest[day, c - 1] <= 10
    print(ill, "days with a closed counter, fine on", ok / n_days)
    # confidence interval by resampling days
    means = []
    for _ in range(300):
        days = np.random.choice(n_days, n_days)
        means.append((longest[days, 2] <= 10).mean())
    low, high = np.quantile(means, [0.025, 0.975])
    show(low, high)
    return ill, ok, low, high


def main() -> None:
    """Run the stage."""
    with reporting.report("many_mornings"):
        values = params.load("many_mornings")
        minutes = artifacts.load("data/prepare_data/minutes.pkl")
        arrivals_per_minute = artifacts.load(
            "data/prepare_data/arrivals_per_minute.pkl"
        )
        service_minutes = artifacts.load("data/prepare_data/service_minutes.pkl")
        generators.restore("data/one_morning/random_state.pkl")
        n_days, longest, _needed = compute_many_mornings(
            minutes, arrivals_per_minute, service_minutes, values["n_days"]
        )
        compute_one_clerk_ill(n_days, longest)
