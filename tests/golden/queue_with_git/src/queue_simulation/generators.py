"""The state of the global random generators that are seeded, carried from stage to stage."""

import pickle
import random
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def save(path: str) -> None:
    """Write the state of the generators."""
    state = {
        "python": random.getstate(),
        "numpy": np.random.get_state(),
    }
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pickle.dumps(state))


def restore(path: str) -> None:
    """Go on from a state that `save` wrote."""
    state = pickle.loads((ROOT / path).read_bytes())
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
