"""Check and fix the files of a repository, for `nb2prod doctor`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from nb2prod.config import Config
from nb2prod.finding import Finding, Fix, Safety, Severity
from nb2prod.lint.files import Checked
from nb2prod.lint.fix import MAX_ROUNDS, compatible
from nb2prod.lint.flags import finding
from nb2prod.lint.rule_set import configured_severities
from nb2prod.lint.suppression import suppresses
from nb2prod.notebook.changes import EditFile
from nb2prod.repository.repository import Repository
from nb2prod.repository.tree import read_tree
from nb2prod.rules.registry import chosen, expand, repository_rules
from nb2prod.rules.rule import Flag, Rule
from nb2prod.text.spans import Edit, Span, apply_edits


@dataclass(frozen=True, slots=True)
class Doctor:
    """The repository rules that are on, and their settings."""

    rules: tuple[Rule, ...]
    config: Config
    severities: Mapping[str, Severity]

    @classmethod
    def of(cls, config: Config) -> Doctor:
        """Return the doctor for these settings.

        Raises:
            ConfigError: a setting names a rule that does not exist.
        """
        return cls(chosen(config, repository_rules()), config, configured_severities(config))

    def repository(self, root: Path, exclude: Collection[str] = ()) -> Repository:
        """Return the repository in a folder, without excluded paths."""
        tree = read_tree(root, (*exclude, *self.config.exclude))
        return Repository(tree, self.config.limits)

    def examine(self, repository: Repository) -> list[Checked]:
        """Return the findings: those in the repository as a whole, then by file, sorted by path."""
        found: dict[str, set[Finding]] = {"": set()}
        for rule in self.rules:
            assert rule.repository
            for flag in rule.repository(repository):
                item = self._finding(repository, rule, flag)
                if not self._is_suppressed(repository, flag.path, item):
                    found.setdefault(flag.path, set()).add(item)
        root = repository.tree.root
        return [
            Checked(root / path, tuple(sorted(items, key=lambda f: (f.start, f.code, f.message))))
            for path, items in sorted(found.items())
        ]

    def _finding(self, repository: Repository, rule: Rule, flag: Flag) -> Finding:
        lines = repository.lines(flag.path) if isinstance(flag.where, Span) else None
        return finding(rule, flag, self.severities, None, lines)

    def _is_suppressed(self, repository: Repository, path: str, item: Finding) -> bool:
        ignores = self.config.per_file_ignores.items()
        if any(_matches(path, pattern) and item.code in expand(s) for pattern, s in ignores):
            return True
        if not item.line:
            return False
        lines = repository.lines(path)
        line = lines.source[lines.start(item.line) : lines.start(item.line + 1)]
        names = {item.code.casefold(), item.name}
        return suppresses(line, names)


def _matches(path: str, pattern: str) -> bool:
    whole = PurePath(path)
    return whole.match(pattern) or any(p.match(pattern) for p in whole.parents)


@dataclass(frozen=True, slots=True)
class FixedRepository:
    """A repository after its findings were fixed.

    Attributes:
        texts: the new texts of the changed files.
        fixed: how many findings were fixed.
        left: the findings that are left.
    """

    texts: Mapping[Path, str]
    fixed: int
    left: list[Checked]


def fix_repository(
    doctor: Doctor, repository: Repository, allowed: Collection[Safety]
) -> FixedRepository:
    """Return a repository with all findings fixed that have an allowed fix; writes nothing.

    Args:
        doctor: the rules and settings.
        repository: its files.
        allowed: the kinds of fixes that may be applied.
    """
    texts: dict[str, str] = {}
    count = 0
    left = doctor.examine(repository)
    for _ in range(MAX_ROUNDS):
        offered = (fix for checked in left for f in checked.findings for fix in f.fixes[:1])
        fixes = compatible(_distinct(fix for fix in offered if fix.safety in allowed))
        changed = dict(_edited(repository, fixes))
        if not changed:
            break
        texts |= changed
        count += len(fixes)
        repository = repository.with_texts(changed)
        left = doctor.examine(repository)
    root = repository.tree.root
    return FixedRepository({root / path: text for path, text in texts.items()}, count, left)


def _distinct(fixes: Iterator[Fix]) -> Iterator[Fix]:
    """Yield each fix once."""
    seen: set[Fix] = set()
    for fix in fixes:
        if fix not in seen:
            seen.add(fix)
            yield fix


def _edited(repository: Repository, fixes: Collection[Fix]) -> Iterator[tuple[str, str]]:
    """Yield the files that the fixes change, with their new texts."""
    edits: dict[str, list[Edit]] = {}
    root = repository.tree.root.absolute()
    for change in (change for fix in fixes for change in fix.changes):
        if isinstance(change, EditFile):
            path = Path(change.path).relative_to(root).as_posix()
            edits.setdefault(path, []).append(change.edit)
    for path, changes in edits.items():
        if (root / path).is_symlink():
            continue  # its target may be outside the repository
        text = repository.tree.text(path) or ""
        new = apply_edits(text, changes)
        if new != text:
            yield path, new
