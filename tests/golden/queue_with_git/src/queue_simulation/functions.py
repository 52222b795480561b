"""Functions and classes of `queue_simulation.md`."""

import numpy as np


def simulate(arrivals, service, counters):
    """Simulate.

    From cell 5 of the notebook.
    """
    free_at = [0.0] * counters
    waits = []
    for t, s in zip(arrivals, service):
        k = free_at.index(min(free_at))  # the counter that is free first
        start = max(t, free_at[k])
        waits.append(start - t)
        free_at[k] = start + s
    return np.array(waits)
