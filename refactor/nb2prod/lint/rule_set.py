"""The rule set of a notebook: which rules are on, with which limits and severities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import PurePath

import msgspec

from nb2prod.config import Config, Limits
from nb2prod.finding import Finding, Severity
from nb2prod.lint.flags import finding
from nb2prod.rules.registry import chosen, expand
from nb2prod.rules.rule import Check, Rule, Tag
from nb2prod.rules.view import CellView


class RuleSet(msgspec.Struct, frozen=True, dict=True):
    """The rules that are on for some notebooks, and their settings.

    Attributes:
        rules: the rules that are on.
        limits: the thresholds of the rules that have one.
        severities: the configured severities, by rule code.
        key: changes whenever one of the above does, and so may the findings.
    """

    rules: tuple[Rule, ...]
    limits: Limits
    severities: Mapping[str, Severity]
    key: bytes

    @classmethod
    def of(cls, config: Config, path: PurePath | None = None) -> RuleSet:
        """Return the rule set for a file under these settings.

        Raises:
            ConfigError: a setting names a rule that does not exist.
        """
        ignored = expand(
            selector
            for pattern, selectors in config.per_file_ignores.items()
            if path and _matches(path, config, pattern)
            for selector in selectors
        )
        rules = tuple(rule for rule in chosen(config) if rule.code not in ignored)
        severities = configured_severities(config)
        key = repr((config.limits, sorted(severities.items()), [rule.code for rule in rules]))
        return cls(rules, config.limits, severities, digest(key))

    def only(self, prefixes: tuple[str, ...]) -> RuleSet:
        """Return the rule set with only the rules whose codes begin with one of the prefixes."""
        rules = tuple(rule for rule in self.rules if rule.code.startswith(prefixes))
        key = digest(repr((self.key, prefixes)))
        return RuleSet(rules, self.limits, self.severities, key)

    def check_cell(self, view: CellView) -> Iterator[Finding]:
        """Yield the cell rules' findings for a cell, numbered as cell 0."""
        broken = view.code.summary.broken is not None
        source = view.code.source
        for rule, check, words in self._rules_for_broken if broken else self._cell_rules:
            if words and not _contains_any(source, words):
                continue
            for flag in check(view):
                yield finding(rule, flag, self.severities, 0, view.code.lines, view.code)

    @cached_property
    def _cell_rules(self) -> tuple[tuple[Rule, Check, tuple[str, ...]], ...]:
        return tuple((rule, rule.cell, rule.words) for rule in self.rules if rule.cell)

    @cached_property
    def _rules_for_broken(self) -> tuple[tuple[Rule, Check, tuple[str, ...]], ...]:
        return tuple(item for item in self._cell_rules if item[0].broken)


def configured_severities(config: Config) -> dict[str, Severity]:
    """Return the severities that the settings give, by rule code.

    Raises:
        ConfigError: a setting names a rule that does not exist.
    """
    return {code: level for name, level in config.severity.items() for code in expand([name])}


def _contains_any(text: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110  `any` takes twice as long, for each rule and cell
        if word in text:
            return True
    return False


def _matches(path: PurePath, config: Config, pattern: str) -> bool:
    try:
        relative = path.relative_to(config.root)
    except ValueError:
        relative = path
    return relative.match(pattern) or any(p.match(pattern) for p in relative.parents)


def digest(text: str) -> bytes:
    """Return a short digest of a text, to compare it with others."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def skipped_file(rules: RuleSet, tag: Tag, reason: str) -> Iterator[Finding]:
    """Yield the finding for a file that is not checked, if the rule with this tag is on."""
    for rule in rules.rules:
        if tag in rule.tags:
            severity = rules.severities.get(rule.code, rule.severity)
            yield Finding(code=rule.code, name=rule.name, severity=severity, message=reason)
