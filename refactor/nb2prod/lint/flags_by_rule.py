"""Flags by rule: the flags of rules on the whole notebook, kept while it is edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from nb2prod.finding import Finding
from nb2prod.lint.flags import Severities, finding, followed
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.rules.rule import Flag, Rule
from nb2prod.text.spans import LineTable

FlagsByCell = dict[int | None, list[Flag]]  # None stands for the notebook as a whole


class FlagsByRule:
    """The flags of each rule on the whole notebook, by cell."""

    def __init__(self, severities: Severities) -> None:
        """Begin without flags; `severities` are the configured ones, by rule code."""
        self._severities = severities
        self._by_rule: dict[str, tuple[Rule, FlagsByCell]] = {}
        self._codes: dict[int | None, set[str]] = {}  # by cell, the rules with flags in it

    def put(self, rule: Rule, found: Iterable[Flag]) -> set[int | None]:
        """Replace the flags of a rule; return the cells in which they differ from before."""
        flags: FlagsByCell = {}
        for flag in found:
            flags.setdefault(flag.cell, []).append(flag)
        before = self._by_rule.get(rule.code, (rule, {}))[1]
        self._by_rule[rule.code] = rule, flags
        for cell in before.keys() - flags.keys():
            self._codes[cell].discard(rule.code)
        for cell in flags:
            self._codes.setdefault(cell, set()).add(rule.code)
        if not before:
            return set(flags)
        return {
            cell for cell in before.keys() | flags.keys() if before.get(cell) != flags.get(cell)
        }

    def findings(self, cell: int | None, source: str) -> Iterator[Finding]:
        """Yield the flags in a cell as findings.

        Args:
            cell: the cell; None for the notebook as a whole.
            source: the source of the cell as it is now.
        """
        lines: LineTable | None = None
        for code in self._codes.get(cell, ()):
            rule, flags = self._by_rule[code]
            for flag in flags.get(cell, ()):
                if cell is not None:
                    lines = lines or LineTable(source)
                yield finding(rule, flag, self._severities, cell, lines)

    def follow(self, edits: Collection[tuple[Cell, Cell]]) -> set[int]:
        """Move the flags of slow rules along with edits, until these rules run again.

        Their fixes may not fit the edited code, and are dropped.

        Args:
            edits: the edited cells, before and after.

        Returns:
            The cells in which flags have lost their fixes.
        """
        unfixed: set[int] = set()
        code = any(new.kind == "code" and old.source != new.source for old, new in edits)
        for rule, flags in self._by_rule.values():
            if not rule.slow:
                continue
            for old, new in edits:
                if old.index in flags:
                    kept = (followed(flag, old.source, new.source) for flag in flags[old.index])
                    flags[old.index] = [flag for flag in kept if flag]
            for cell, items in flags.items() if code else ():
                if cell is not None and any(flag.fixes for flag in items):
                    unfixed.add(cell)
                    flags[cell] = [flag._replace(fixes=()) for flag in items]
        return unfixed

    def renumber(self, before: Notebook, after: Notebook) -> None:
        """Move the flags of slow rules with their cells, where these still exist unchanged."""
        now = {(cell.id, cell.source): cell.index for cell in after.cells}
        moves = {c.index: now[c.id, c.source] for c in before.cells if (c.id, c.source) in now}
        for code, (rule, flags) in list(self._by_rule.items()):
            if rule.slow:
                self._by_rule[code] = rule, _renumbered(flags, moves)
        self._codes = {}
        for code, (_, flags) in self._by_rule.items():
            for cell in flags:
                self._codes.setdefault(cell, set()).add(code)


def _renumbered(flags: FlagsByCell, moves: dict[int, int]) -> FlagsByCell:
    """Return the flags under the new numbers of their cells, without fixes."""
    return {
        moves[cell]: [flag._replace(cell=moves[cell], fixes=()) for flag in items]
        for cell, items in flags.items()
        if cell is not None and cell in moves
    }
