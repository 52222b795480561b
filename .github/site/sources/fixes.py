"""Safety of a rule's fixes, as the examples on its page have them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from nb2prod.config import Config
from nb2prod.finding import Finding
from nb2prod.lint.doctor import Doctor
from nb2prod.lint.files import check_file
from nb2prod.lint.rule_set import RuleSet
from nb2prod.rules.pages.example_trees import ExampleTree, example_trees
from nb2prod.rules.pages.examples import Example, examples
from nb2prod.rules.registry import page
from nb2prod.rules.rule import Rule


def safeties(rule: Rule) -> frozenset[str]:
    """Return the safeties of all fixes in a rule's examples; none if the rule has no fix."""
    return frozenset(fix.safety for finding in _findings(rule) for fix in finding.fixes)


def _findings(rule: Rule) -> Iterator[Finding]:
    # A suppression can only be unused if the rule that it names is on.
    config = Config(select=(rule.code, *(("NBI003",) if rule.code == "NBV008" else ())))
    if rule.repository:
        doctor = Doctor.of(config)
        for tree in example_trees(page(rule)):
            with TemporaryDirectory() as folder:
                yield from _in_repository(doctor, tree, Path(folder))
        return
    for example in examples(page(rule)):
        with TemporaryDirectory() as folder:
            yield from _in_notebook(config, example, Path(folder))


def _in_notebook(config: Config, example: Example, folder: Path) -> Iterator[Finding]:
    for name, text in example.files.items():
        (folder / name).write_text(text, "utf-8")
    rules = RuleSet.of(config._replace(limits=example.limits))
    yield from check_file(folder / example.name, rules, None, example.content)[0].findings


def _in_repository(doctor: Doctor, tree: ExampleTree, root: Path) -> Iterator[Finding]:
    for file in tree.files:
        path = root / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, "utf-8")
    if tree.git:
        tracked = [file.name for file in tree.files if file.tracked]
        for arguments in (["init", "-q"], ["add", "-f", "--", *tracked]):
            subprocess.run(["git", *arguments], cwd=root, check=True)
    for file in tree.files:
        if file.size:
            with (root / file.name).open("r+b") as stream:
                stream.truncate(file.size)
    for checked in doctor.examine(doctor.repository(root)):
        yield from checked.findings
