"""Mutated notebooks are checked and fixed without an exception, other files are left alone."""

import json
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import mutant

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.lint.fix import fixed
from nb2prod.notebook.read import parse_notebook

CHECKER = RuleSet.of(Config(select=("ALL",)))
PATH = Path("a.ipynb")


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_notebook_is_checked_and_fixed(chance: random.Random):
    content = mutant(chance)
    check_file(PATH, CHECKER, None, content)
    for allowed in ({"safe"}, {"safe", "unsafe"}):
        done = fixed(PATH, content, CHECKER, allowed)
        if done.content != content:
            json.loads(done.content)
            parse_notebook(PATH, done.content)
        again = fixed(PATH, done.content, CHECKER, allowed)
        assert again.content == done.content


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_a_file_that_is_not_a_notebook_is_left_alone(content: bytes):
    check_file(PATH, CHECKER, None, content)
    assert fixed(PATH, content, CHECKER, {"safe", "unsafe"}).content == content
