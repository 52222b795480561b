"""The README's commands are those that CI runs, and what it links to is there."""

import re

from fresh_machine import VERDICT, commands
from places import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_ci_runs_the_test_command_as_it_stands():
    _, test = commands(README)
    assert test in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_verdict_that_is_promised_is_the_one_that_is_checked():
    assert VERDICT in README


def test_it_is_short():
    assert len(README.splitlines()) <= 130


def test_what_it_links_to_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
