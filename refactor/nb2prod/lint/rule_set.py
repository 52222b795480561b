"""The checker: which rules hold for some notebooks, and under which settings."""

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
from nb2prod.rules.rule import Check, Rule
from nb2prod.rules.view import CellView


class Checker(msgspec.Struct, frozen=True, dict=True):
    """The rules and settings that hold for some notebooks."""

    rules: tuple[Rule, ...]
    limits: Limits
    severities: Mapping[str, Severity]
    key: bytes  # changes with anything that changes what is found

    @classmethod
    def of(cls, config: Config, path: PurePath | None = None) -> Checker:
        """Return the checker for a file, under these settings.

        Raises:
            ConfigError: a setting names a rule that there is not.
        """
        ignored = expand(
            selector
            for pattern, selectors in config.per_file_ignores.items()
            if path and _matches(path, config, pattern)
            for selector in selectors
        )
        rules = tuple(rule for rule in chosen(config) if rule.code not in ignored)
        severities: dict[str, Severity] = {
            code: level for name, level in config.severity.items() for code in expand([name])
        }
        said = repr((config.limits, sorted(severities.items()), [rule.code for rule in rules]))
        return cls(rules, config.limits, severities, digest(said))

    def only(self, prefixes: tuple[str, ...]) -> Checker:
        """Return a checker with those of the rules whose codes begin so."""
        rules = tuple(rule for rule in self.rules if rule.code.startswith(prefixes))
        key = digest(repr((self.key, prefixes)))
        return Checker(rules, self.limits, self.severities, key)

    def look(self, view: CellView) -> Iterator[Finding]:
        """Yield what the rules on cells find in a cell, as if it were the first."""
        if view.code.summary.broken:
            return
        source = view.code.source
        for rule, check, words in self._on_cells:
            for word in words:
                if word in source:
                    break
            else:
                if words:
                    continue
            for flag in check(view):
                yield finding(rule, flag, self.severities, 0, view.code.lines, view.code)

    @cached_property
    def _on_cells(self) -> tuple[tuple[Rule, Check, tuple[str, ...]], ...]:
        return tuple((rule, rule.cell, rule.words) for rule in self.rules if rule.cell)


def _matches(path: PurePath, config: Config, pattern: str) -> bool:
    try:
        relative = path.relative_to(config.root)
    except ValueError:
        relative = path
    return relative.match(pattern) or any(p.match(pattern) for p in relative.parents)


def digest(text: str) -> bytes:
    """Return what tells texts apart."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def unread(checker: Checker, code: str, reason: str) -> Iterator[Finding]:
    """Yield the finding for a file that is not looked into, unless the rule is off."""
    for rule in checker.rules:
        if rule.code == code:
            severity = checker.severities.get(rule.code, rule.severity)
            yield Finding(rule.code, rule.name, severity, reason)
