"""The registry of rules: one module each, found in this folder by its code and name."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from nb2prod.config import Config, ConfigError
from nb2prod.rules.rule import Rule, Tag

_MODULE = re.compile(r"(nb[a-z]\d{3})_(\w+)\.py")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return all rules, in the order of their codes."""
    return tuple(_load(code) for code in _rule_files())


def page(rule: Rule) -> str:
    """Return the page of a rule, in Markdown."""
    module = importlib.import_module(_rule_files()[rule.code].module)
    return cleandoc(module.__doc__ or "")


def file_of(code: str) -> Path:
    """Return the file of a rule, which begins with its page."""
    return Path(__file__).parent / _rule_files()[code].file


def find_rule(name: str) -> Rule | None:
    """Return the rule with a code, name or alias; None if it does not exist."""
    wanted = name.casefold().replace("_", "-")
    for code, file in _rule_files().items():
        if wanted in {code.casefold(), file.name}:
            return _load(code)
    # Only the rules know their aliases, and importing them takes time.
    for rules in (notebook_rules, all_rules):
        for rule in rules():
            if wanted in map(str.casefold, rule.aliases):
                return rule
    return None


@cache
def notebook_rules() -> tuple[Rule, ...]:
    """Return the rules that check notebooks."""
    return tuple(_load(code) for code, file in _rule_files().items() if not file.repository)


@cache
def repository_rules() -> tuple[Rule, ...]:
    """Return the rules that check a repository as a whole."""
    return tuple(_load(code) for code, file in _rule_files().items() if file.repository)


def chosen(config: Config, among: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
    """Return the rules that are on.

    Args:
        config: the settings.
        among: the rules to choose from; all notebook rules by default.

    Raises:
        ConfigError: a setting names an unknown rule.
    """
    rules = tuple(notebook_rules() if among is None else among)
    on = (
        expand(config.select) if config.select is not None else {r.code for r in rules if r.default}
    )
    on = (on | expand(config.extend_select)) - expand(config.ignore)
    return tuple(rule for rule in rules if rule.code in on)


def expand(selectors: Iterable[str]) -> set[str]:
    """Return the codes selected by codes, prefixes of codes, names, aliases and `ALL`.

    Raises:
        ConfigError: a selector matches no rule.
    """
    found: set[str] = set()
    for selector in selectors:
        prefix = "NB" if selector.upper() == "ALL" else selector.upper()
        codes = {code for code in _rule_files() if prefix and code.startswith(prefix)}
        if not codes and (rule := find_rule(selector)):
            codes = {rule.code}
        if not codes:
            raise ConfigError(f"unknown rule {selector!r}")
        found |= codes
    return found


class _RuleFile(NamedTuple):
    """The file of a rule, and what its path tells about the rule."""

    name: str
    module: str
    file: str
    repository: bool


@cache
def _rule_files() -> Mapping[str, _RuleFile]:
    """Return the files of all rules by code, in order."""
    found: dict[str, _RuleFile] = {}
    folder = os.path.dirname(__file__)  # noqa: PTH120  faster
    for inner in ("", "doctor/"):
        for file in os.listdir(f"{folder}/{inner}"):  # noqa: PTH208  faster
            if match := _MODULE.fullmatch(file):
                module = f"nb2prod.rules.{inner.replace('/', '.')}{file.removesuffix('.py')}"
                name = match[2].replace("_", "-")
                found[match[1].upper()] = _RuleFile(name, module, f"{inner}{file}", bool(inner))
    return dict(sorted(found.items()))


@cache
def tags_of(code: str) -> tuple[Tag, ...]:
    """Return the tags of the rule with a code; empty if no rule has it."""
    return _load(code).tags if code in _rule_files() else ()


@cache
def _load(code: str) -> Rule:
    file = _rule_files()[code]
    rule: Rule = importlib.import_module(file.module).RULE
    return replace(rule, code=code, name=file.name)
