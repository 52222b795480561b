"""The pages of the repository rules: each example is created and checked."""

from itertools import pairwise
from pathlib import Path

import pytest
from trees import repository, write

from nb2prod.config import Config
from nb2prod.lint.doctor import Doctor, fix_repository
from nb2prod.rules.pages.example_trees import ExampleTree, example_trees
from nb2prod.rules.pages.examples import stated_safeties
from nb2prod.rules.registry import page, repository_rules
from nb2prod.rules.rule import Rule

RULES = [pytest.param(rule, id=rule.code) for rule in repository_rules()]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}-{example.section}")
    for rule in repository_rules()
    for number, example in enumerate(example_trees(page(rule)), 1)
    if example.section != "becomes"
]
BECOMES = [
    pytest.param(rule, before, after, id=f"{rule.code}-{number}")
    for rule in repository_rules()
    for number, (before, after) in enumerate(pairwise(example_trees(page(rule))), 1)
    if after.section == "becomes"
]


def created(folder: Path, example: ExampleTree) -> Path:
    files = {f.name: f.text for f in example.files}
    if example.git:
        repository(folder, files, {f.name for f in example.files if not f.tracked})
    else:
        write(folder, files)
    for file in example.files:
        if file.size:
            with (folder / file.name).open("r+b") as stream:
                stream.truncate(file.size)
    return folder


def doctor(rule: Rule) -> Doctor:
    return Doctor.of(Config(select=(rule.code,)))


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_has_findings_where_it_is_marked(
    rule: Rule, example: ExampleTree, tmp_path: Path
):
    root = created(tmp_path, example)
    checked = doctor(rule).examine(doctor(rule).repository(root))
    found = {
        (file.path.relative_to(root).as_posix(), finding.line)
        for file in checked
        for finding in file.findings
    }
    if example.section == "not flagged":
        assert found == set()
    elif example.flagged:
        assert found == example.flagged
    else:
        assert found


@pytest.mark.parametrize(("rule", "before", "after"), BECOMES)
def test_a_fixed_example_becomes_the_next_one(
    rule: Rule, before: ExampleTree, after: ExampleTree, tmp_path: Path
):
    root = created(tmp_path, before)
    treated = doctor(rule)
    done = fix_repository(treated, treated.repository(root), {"safe", "unsafe"})
    assert {p.relative_to(root).as_posix(): t for p, t in done.texts.items()} == {
        file.name: file.text for file in after.files
    }
    assert not any(file.findings for file in done.left)


@pytest.mark.parametrize("rule", RULES)
def test_a_page_has_examples_with_and_without_findings(rule: Rule):
    assert {e.section for e in example_trees(page(rule))} >= {"flagged", "not flagged"}


@pytest.mark.parametrize("rule", RULES)
def test_a_page_says_whether_its_fixes_are_safe(rule: Rule, tmp_path: Path):
    roots = [
        created(tmp_path / str(number), example)
        for number, example in enumerate(example_trees(page(rule)))
    ]
    safeties = {
        fix.safety
        for root in roots
        for file in doctor(rule).examine(doctor(rule).repository(root))
        for finding in file.findings
        for fix in finding.fixes
    }
    assert stated_safeties(page(rule)) >= safeties
    assert bool(stated_safeties(page(rule))) == bool(safeties)
