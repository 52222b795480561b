"""All rules: one module each, named after code and name, found by looking into this folder."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from inspect import cleandoc

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
    return tuple(importlib.import_module(f"{__name__}.{m}").RULE for m in _modules())


def page(rule: Rule) -> str:
    """Return a rule's page, in Markdown."""
    module = importlib.import_module(f"{__name__}.{_module(rule)}")
    return cleandoc(module.__doc__ or "")


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
        name = f"[{rule.code}]({_module(rule)}.py) {rule.name}"
        severity = rule.severity + ("" if rule.default else ", opt-in")
        first = page(rule).partition("\n")[0]
        lines.append(f"| {name} | {first} | {severity} | {', '.join(rule.aliases)} |")
    return "\n".join(lines) + "\n"


def find_rule(name: str) -> Rule | None:
    """Return the rule with a code, name or alias; None if there is none."""
    return _by_name().get(name.casefold().replace("_", "-"))


def chosen(config: Config) -> tuple[Rule, ...]:
    """Return the rules that are on.

    Raises:
        ConfigError: a setting names a rule that there is not.
    """
    rules = all_rules()
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
        if rule := find_rule(selector):
            found.add(rule.code)
            continue
        prefix = "NB" if selector.upper() == "ALL" else selector.upper()
        codes = {r.code for r in all_rules() if prefix and r.code.startswith(prefix)}
        if not codes:
            raise ConfigError(f"there is no rule {selector!r}")
        found |= codes
    return found


@cache
def _by_name() -> Mapping[str, Rule]:
    return {
        name.casefold().replace("_", "-"): rule
        for rule in all_rules()
        for name in (rule.code, rule.name, *rule.aliases)
    }


def _modules() -> list[str]:
    names = os.listdir(__path__[0])  # noqa: PTH208  quicker, and this is on every way
    return sorted(name.removesuffix(".py") for name in names if _MODULE.fullmatch(name))


def _module(rule: Rule) -> str:
    return f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
