"""The states of the seeded global random generators, passed from stage to stage."""

import pickle
import random
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def save(path: str) -> None:
    """Save the states of the generators."""
    state = {
        "python": random.getstate(),
        "numpy": np.random.get_state(),
    }
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pickle.dumps(state))


def restore(path: str) -> None:
    """Restore the states that `save` has saved."""
    state = pickle.loads((ROOT / path).read_bytes())
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
