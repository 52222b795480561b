"""A short soak; the long one is a command: `python tests/support/soak.py`."""

from soak import soak


def test_after_many_edits_the_same_is_shown_as_from_nothing():
    soak(edits=400, cells=20, seed=1)
