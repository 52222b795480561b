"""A few of the attempts of the fault injectors, the same in each run; `faults.py` makes others."""

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("the limits and signals of Unix", allow_module_level=True)

from hostile import faults
from tally import Tally


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [
        ("kills", "check --fix", 3),
        ("kills", "update --no-verify", 1),
        ("disks", "check --fix", 3),
        ("disks", "update --no-verify", 1),
        ("pairs", "check --fix", 2),
    ],
)
def test_after_a_fault_a_normal_run_ends_as_if_nothing_had_been(kind, name, count):
    tallies: dict[str, Tally] = {}
    faults.inject(kind, range(count), tallies, name)
    [tally] = tallies.values()
    assert tally.count == count
    assert tally.failures == []
