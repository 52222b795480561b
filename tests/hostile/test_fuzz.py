"""A few of the attempts of the fuzzers, the same in each run; `fuzz.py` makes the others."""

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("processes are forked", allow_module_level=True)

from hostile import fuzz, fuzz_server
from tally import Tally


@pytest.mark.parametrize(
    ("kind", "count"), [("notebooks", 12), ("settings", 40), ("plans", 6), ("projects", 3)]
)
def test_broken_files_are_refused_in_one_message(kind, count):
    tally = Tally(kind)
    fuzz.fuzz(tally, range(count))
    assert tally.count >= count
    assert tally.failures == []


def test_messages_that_no_editor_sends_are_answered():
    tally = fuzz_server.fuzz(150, seed=0)
    assert tally.statuses["answered"] > 5
    assert tally.failures == []
