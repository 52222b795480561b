"""One morning.

From cells 4-5 of `queue_simulation.md`.
"""

import numpy as np

from queue_simulation import artifacts, generators, reporting
from queue_simulation.functions import simulate
from queue_simulation.reporting import show


def compute_one_morning(
    arrivals_per_minute: float, minutes: int, service_minutes: float
) -> dict:
    """One morning.

    Gaps between arrivals and service times are exponential.

    From cells 4-5 of the notebook.
    """
    gaps = np.random.exponential(1 / arrivals_per_minute, size=400)
    arrivals = gaps.cumsum()
    arrivals = arrivals[arrivals < minutes]
    service = np.random.exponential(service_minutes, size=len(arrivals))
    show(len(arrivals), service.mean())
    waits = {c: simulate(arrivals, service, c) for c in (1, 2, 3, 4)}
    for c, w in waits.items():
        print(
            c, "counters: mean wait", round(w.mean(), 2), "longest", round(w.max(), 2)
        )
    return waits


def main() -> None:
    """Run the stage."""
    with reporting.report("one_morning"):
        minutes = artifacts.load("data/prepare_data/minutes.pkl")
        arrivals_per_minute = artifacts.load(
            "data/prepare_data/arrivals_per_minute.pkl"
        )
        service_minutes = artifacts.load("data/prepare_data/service_minutes.pkl")
        generators.restore("data/prepare_data/random_state.pkl")
        compute_one_morning(arrivals_per_minute, minutes, service_minutes)
        generators.save("data/one_morning/random_state.pkl")
