"""All rules: one module each, named after code and name, found by looking into this folder."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

from nb2prod.config import Config, ConfigError
from nb2prod.rules.rule import Rule

_INDEX = """\
# Rules

Each file is a rule; its docstring is its page, with examples that are its tests, and is shown by
`nb2prod rule CODE`. This list is written by `nb2prod rule --index`."""
_FAMILIES = {
    "D": "D: data flow between cells",
    "G": "G: the repository and the file",
    "I": "I: imports and environment",
    "L": "L: leakage",
    "M": "M: libraries for data and models",
    "O": "O: outputs",
    "P": "P: privacy and paths",
    "R": "R: randomness",
    "S": "S: structure",
    "V": "V: validity",
    "X": "X: execution",
}
_MODULE = re.compile(r"(nb[a-z]\d{3})_(\w+)\.py")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the codes."""
    return tuple(_load(code) for code in _places())


def page(rule: Rule) -> str:
    """Return a rule's page, in Markdown."""
    module = importlib.import_module(_places()[rule.code].module)
    return cleandoc(module.__doc__ or "")


def file_of(code: str) -> Path:
    """Return the file of the rule with a code, which begins with its page."""
    return Path(__file__).parent / _places()[code].file


def index() -> str:
    """Return the page that lists all rules, in Markdown."""
    lines = [_INDEX]
    family = ""
    for rule in all_rules():
        if rule.code[2] != family:
            family = rule.code[2]
            lines += [
                "",
                f"## {_FAMILIES[family]}",
                "",
                "| rule | finds | severity | also known as |",
            ]
            lines += ["|---|---|---|---|"]
        name = f"[{rule.code}]({_places()[rule.code].file}) {rule.name}"
        severity = rule.severity + ("" if rule.default else ", opt-in")
        first = page(rule).partition("\n")[0]
        lines.append(f"| {name} | {first} | {severity} | {', '.join(rule.aliases)} |")
    return "\n".join(lines) + "\n"


def find_rule(name: str) -> Rule | None:
    """Return the rule with a code, name or alias; None if there is none."""
    wanted = name.casefold().replace("_", "-")
    for code, place in _places().items():
        if wanted in {code.casefold(), place.name}:
            return _load(code)
    # Aliases are only known to the rules themselves, which take their time to be imported.
    for rules in (notebook_rules, all_rules):
        for rule in rules():
            if wanted in map(str.casefold, rule.aliases):
                return rule
    return None


@cache
def notebook_rules() -> tuple[Rule, ...]:
    """Return the rules that look at notebooks."""
    return tuple(_load(code) for code, place in _places().items() if not place.repository)


@cache
def repository_rules() -> tuple[Rule, ...]:
    """Return the rules that look at a repository as a whole."""
    return tuple(_load(code) for code, place in _places().items() if place.repository)


def chosen(config: Config, among: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
    """Return the rules that are on.

    Args:
        config: the settings.
        among: all there are, those on notebooks if it is not said.

    Raises:
        ConfigError: a setting names a rule that there is not.
    """
    rules = tuple(notebook_rules() if among is None else among)
    on = (
        expand(config.select) if config.select is not None else {r.code for r in rules if r.default}
    )
    on = (on | expand(config.extend_select)) - expand(config.ignore)
    return tuple(rule for rule in rules if rule.code in on)


def expand(selectors: Iterable[str]) -> set[str]:
    """Return the codes that are meant by codes, beginnings of codes, names, aliases and `ALL`.

    Raises:
        ConfigError: one of them means no rule.
    """
    found: set[str] = set()
    for selector in selectors:
        prefix = "NB" if selector.upper() == "ALL" else selector.upper()
        codes = {code for code in _places() if prefix and code.startswith(prefix)}
        if not codes and (rule := find_rule(selector)):
            codes = {rule.code}
        if not codes:
            raise ConfigError(f"there is no rule {selector!r}")
        found |= codes
    return found


class _Place(NamedTuple):
    """Where a rule lies, and what that says of it."""

    name: str
    module: str
    file: str
    repository: bool


@cache
def _places() -> Mapping[str, _Place]:
    """Return the codes of all rules, in order, from the names of the files."""
    found: dict[str, _Place] = {}
    folder = os.path.dirname(__file__)  # noqa: PTH120  quicker
    for inner in ("", "doctor/"):
        for file in os.listdir(f"{folder}/{inner}"):  # noqa: PTH208  quicker
            if match := _MODULE.fullmatch(file):
                module = f"nb2prod.rules.{inner.replace('/', '.')}{file.removesuffix('.py')}"
                name = match[2].replace("_", "-")
                found[match[1].upper()] = _Place(name, module, f"{inner}{file}", bool(inner))
    return dict(sorted(found.items()))


@cache
def _load(code: str) -> Rule:
    rule: Rule = importlib.import_module(_places()[code].module).RULE
    return rule
