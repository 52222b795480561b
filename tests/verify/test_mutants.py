"""Small changes of a function are tried, each for a limited time."""

import signal
import time

import pytest

from nb2prod.verify.probes import mutants


def double(number):
    return number * 2


def test_a_change_that_a_test_notices_is_described():
    assert mutants.noticed(double, lambda f: f(3) != 6) == "`number / 2` instead of `number * 2`"
    assert mutants.noticed(double, lambda _: False) is None


def test_an_error_counts_as_noticed():
    assert mutants.noticed(double, lambda _: 1 / 0) == "`number / 2` instead of `number * 2`"


@pytest.mark.parametrize("alarms", [True, False], ids=["with alarms", "without"])
def test_a_change_that_makes_a_call_endless_is_noticed(monkeypatch, *, alarms):
    if not alarms:
        monkeypatch.delattr(signal, "SIGALRM")
    monkeypatch.setattr(mutants, "_LONG", 0.2)
    before = signal.getsignal(signal.SIGINT)

    def endless(_):
        while True:
            pass

    begun = time.monotonic()
    assert mutants.noticed(double, endless) == "`number / 2` instead of `number * 2`"
    assert time.monotonic() - begun < 5
    assert signal.getsignal(signal.SIGINT) is before
    assert mutants.noticed(double, lambda f: f(3) != 6), "the limit of before is over"
    time.sleep(0.3)
