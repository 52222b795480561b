"""`nb2prod doctor`: from the files of a repository to what the rules find in them, and mended."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from nb2prod.config import Config
from nb2prod.finding import Finding, Fix, Safety, Severity
from nb2prod.lint.files import Checked
from nb2prod.lint.fix import compatible
from nb2prod.lint.flags import finding
from nb2prod.lint.suppression import suppresses
from nb2prod.notebook.changes import EditFile
from nb2prod.repository.repository import Repository
from nb2prod.repository.tree import read_tree
from nb2prod.rules.registry import chosen, expand, repository_rules
from nb2prod.rules.rule import Flag, Rule
from nb2prod.text.spans import Edit, Span, apply_edits

_ROUNDS = 10  # a fix may bring another to light; two that undo each other must not go on for ever


@dataclass(frozen=True, slots=True)
class Doctor:
    """The rules and settings that hold for a repository."""

    rules: tuple[Rule, ...]
    config: Config
    severities: Mapping[str, Severity]

    @classmethod
    def of(cls, config: Config) -> Doctor:
        """Return the doctor who follows these settings.

        Raises:
            ConfigError: a setting names a rule that there is not.
        """
        severities: dict[str, Severity] = {
            code: level for name, level in config.severity.items() for code in expand([name])
        }
        return cls(chosen(config, repository_rules()), config, severities)

    def repository(self, root: Path, exclude: Collection[str] = ()) -> Repository:
        """Return what is in a folder, without what is not to be looked at."""
        tree = read_tree(root, (*exclude, *self.config.exclude))
        return Repository(tree, self.config.limits)

    def examine(self, repository: Repository) -> list[Checked]:
        """Return what is found: in the repository as a whole, then in each file, by their paths."""
        found: dict[str, set[Finding]] = {"": set()}
        for rule in self.rules:
            assert rule.repository
            for flag in rule.repository(repository):
                item = self._finding(repository, rule, flag)
                if not self._silenced(repository, flag.path, item):
                    found.setdefault(flag.path, set()).add(item)
        root = repository.tree.root
        return [
            Checked(root / path, tuple(sorted(items, key=lambda f: (f.start, f.code, f.message))))
            for path, items in sorted(found.items())
        ]

    def _finding(self, repository: Repository, rule: Rule, flag: Flag) -> Finding:
        lines = repository.lines(flag.path) if isinstance(flag.where, Span) else None
        return finding(rule, flag, self.severities, None, lines)

    def _silenced(self, repository: Repository, path: str, item: Finding) -> bool:
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
class Mended:
    """What became of a repository: the new texts of files, how many findings, what is left."""

    texts: Mapping[Path, str]
    mended: int
    left: list[Checked]


def mend(doctor: Doctor, repository: Repository, allowed: Collection[Safety]) -> Mended:
    """Return a repository with all findings mended that can be; nothing is written.

    Args:
        doctor: the rules.
        repository: its files.
        allowed: how safe a fix must be.
    """
    texts: dict[str, str] = {}
    mended = 0
    left = doctor.examine(repository)
    for _ in range(_ROUNDS):
        offered = (fix for checked in left for f in checked.findings for fix in f.fixes[:1])
        fixes = compatible(_distinct(fix for fix in offered if fix.safety in allowed))
        changed = dict(_edited(repository, fixes))
        if not changed:
            break
        texts |= changed
        mended += len(fixes)
        repository = repository.with_texts(changed)
        left = doctor.examine(repository)
    return Mended({repository.tree.root / path: text for path, text in texts.items()}, mended, left)


def _distinct(fixes: Iterator[Fix]) -> Iterator[Fix]:
    """Leave out fixes that do the same again."""
    seen: set[Fix] = set()
    for fix in fixes:
        if fix not in seen:
            seen.add(fix)
            yield fix


def _edited(repository: Repository, fixes: Collection[Fix]) -> Iterator[tuple[str, str]]:
    edits: dict[str, list[Edit]] = {}
    root = repository.tree.root.absolute()
    for change in (change for fix in fixes for change in fix.changes):
        if isinstance(change, EditFile):
            path = Path(change.path).relative_to(root).as_posix()
            edits.setdefault(path, []).append(change.edit)
    for path, made in edits.items():
        if (root / path).is_symlink():
            continue  # it may lead anywhere
        text = repository.tree.text(path) or ""
        new = apply_edits(text, made)
        if new != text:
            yield path, new
