"""The pages of the notebook rules: each example is checked, and each page has the same form."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from places import ROOT

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import Checked, check_file
from nb2prod.lint.fix import fixed
from nb2prod.notebook.read import parse_notebook
from nb2prod.rules.pages.examples import Example, examples, stated_safeties
from nb2prod.rules.pages.index import index
from nb2prod.rules.registry import all_rules, notebook_rules, page
from nb2prod.rules.rule import Rule

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}-{example.section}")
    for rule in notebook_rules()
    for number, example in enumerate(examples(page(rule)), 1)
    if example.section != "becomes"
]
BECOMES = [
    pytest.param(rule, before, after, id=f"{rule.code}-{number}")
    for rule in notebook_rules()
    for number, (before, after) in enumerate(pairwise(examples(page(rule))), 1)
    if after.section == "becomes"
]


def checker(rule: Rule, example: Example) -> RuleSet:
    # A suppression is reported as unused only if the rule it names is on.
    others = ("NBI003",) if rule.code == "NBV008" else ()
    return RuleSet.of(Config(select=(rule.code, *others), limits=example.limits))


def check(rule: Rule, example: Example, folder: Path = Path()) -> Checked:
    for name, text in example.files.items():
        (folder / name).write_text(text)
    return check_file(folder / example.name, checker(rule, example), None, example.content)[0]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_has_findings_where_it_is_marked(rule: Rule, example: Example, tmp_path: Path):
    findings = check(rule, example, tmp_path).findings
    assert {f.code for f in findings} <= {rule.code}
    if example.section == "not flagged":
        assert not findings
    elif example.flagged:
        assert {(f.cell, f.line) for f in findings} == example.flagged
    else:
        assert findings


@pytest.mark.parametrize(("rule", "before", "after"), BECOMES)
def test_a_fixed_example_becomes_the_next_one(rule: Rule, before: Example, after: Example):
    done = fixed(Path(before.name), before.content, checker(rule, before), {"safe", "unsafe"})
    path = Path(before.name)
    found = [(c.kind, c.source) for c in parse_notebook(path, done.content).cells]
    assert found == [(c.kind, c.source) for c in parse_notebook(path, after.content).cells]
    again = fixed(path, done.content, checker(rule, before), {"safe", "unsafe"})
    assert again.content == done.content


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_page_has_a_summary_a_reason_and_examples_of_both_kinds(rule: Rule):
    text = page(rule)
    assert re.match(r"[A-Z].*\.\n\n[\w`]", text), "a sentence, then a paragraph"
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert titles[0] == "Flagged"
    assert "Not flagged" in titles
    assert set(titles) <= {"Flagged", "Becomes", "Not flagged", "Fix safety", "References"}
    if rule.repository is None:
        assert {e.section for e in examples(text)} >= {"flagged", "not flagged"}


@pytest.mark.parametrize("rule", notebook_rules(), ids=lambda rule: rule.code)
def test_a_page_says_whether_its_fixes_are_safe(rule: Rule, tmp_path: Path):
    safeties = {
        fix.safety
        for example in examples(page(rule))
        for finding in check(rule, example, tmp_path).findings
        for fix in finding.fixes
    }
    assert stated_safeties(page(rule)) >= safeties
    assert bool(stated_safeties(page(rule))) == bool(safeties)


def test_codes_names_and_aliases_are_unique():
    names = [name for rule in all_rules() for name in (rule.code, rule.name, *rule.aliases)]
    assert sorted(names) == sorted(set(names))
    assert all(re.fullmatch(r"NB[XDSIVOPLRMG]\d{3}", rule.code) for rule in all_rules())


def test_severities_can_be_configured():
    rule = all_rules()[0]
    example = next(examples(page(rule)))
    config = Config(select=(rule.code,), severity={rule.name: "error"}, limits=example.limits)
    found = check_file(Path(example.name), RuleSet.of(config), None, example.content)[0].findings
    assert {f.severity for f in found} == {"error"}
    assert config._replace(severity={}) != config


def test_the_list_of_all_rules_is_up_to_date():
    """To update it, run `python -m nb2prod.rules.pages.index`."""
    written = ROOT / "refactor" / "nb2prod" / "rules" / "README.md"
    assert written.read_text("utf-8") == index()
