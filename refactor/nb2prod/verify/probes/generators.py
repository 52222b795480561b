"""The global random generators of libraries: seed them, get and set their state."""

import random
import sys


def seed(libraries, number=0):
    """Seed the global generators of these libraries; "python" is Python's own."""
    for name in libraries:
        try:
            if name == "python":
                random.seed(number)
            elif name == "numpy":
                import numpy

                numpy.random.seed(number)
            elif name == "torch":
                import torch

                torch.manual_seed(number)
            elif name == "tensorflow":
                import tensorflow

                tensorflow.random.set_seed(number)
        except Exception:
            pass  # a library that can't be imported fails in the notebook, with a message


def state():
    """Return the state of the global generators that are loaded."""
    found = {"random": random.getstate()}
    if "numpy" in sys.modules:
        found["numpy"] = sys.modules["numpy"].random.get_state()
    if "torch" in sys.modules:
        found["torch"] = sys.modules["torch"].get_rng_state()
    return found


def restore(found):
    """Set the global generators to a state."""
    random.setstate(found["random"])
    if "numpy" in found:
        sys.modules["numpy"].random.set_state(found["numpy"])
    if "torch" in found:
        sys.modules["torch"].set_rng_state(found["torch"])
