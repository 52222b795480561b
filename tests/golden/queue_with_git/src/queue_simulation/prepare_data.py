"""Prepare data.

From cell 2 of `queue_simulation.md`.
"""

import random

import numpy as np

from queue_simulation import artifacts, generators, params, reporting


def set_seeds(seed: int, minutes: int) -> tuple[int, float, float]:
    """Waiting at the ticket office.

    Customers arrive at random. How many counters do we need so that nobody waits
    longer than ten minutes?

    From cell 2 of the notebook.
    """
    np.random.seed(seed)
    random.seed(seed)
    arrivals_per_minute = 0.8
    service_minutes = 2.2
    return minutes, arrivals_per_minute, service_minutes


def main() -> None:
    """Run the stage."""
    with reporting.report("prepare_data"):
        values = params.load("prepare_data")
        minutes, arrivals_per_minute, service_minutes = set_seeds(
            values["seed"], values["minutes"]
        )
        artifacts.save(minutes, "data/prepare_data/minutes.pkl")
        artifacts.save(arrivals_per_minute, "data/prepare_data/arrivals_per_minute.pkl")
        artifacts.save(service_minutes, "data/prepare_data/service_minutes.pkl")
        generators.save("data/prepare_data/random_state.pkl")
