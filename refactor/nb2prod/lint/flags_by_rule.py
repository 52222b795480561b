"""What rules on notebooks have flagged, while the notebook is edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from nb2prod.finding import Finding, Severity
from nb2prod.lint.flags import finding, followed
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.rules.rule import Flag, Rule
from nb2prod.text.spans import LineTable


class Flagged:
    """The flags of each rule on notebooks, by cell; None stands for the notebook as a whole."""

    def __init__(self, severities: Mapping[str, Severity]) -> None:
        """Begin with none; `severities` says how bad the findings of some rules are."""
        self._severities = severities
        self._by_rule: dict[str, tuple[Rule, dict[int | None, list[Flag]]]] = {}
        self._codes: dict[int | None, set[str]] = {}  # of the rules that flag something in a cell

    def put(self, rule: Rule, found: Iterable[Flag]) -> set[int | None]:
        """Keep what a rule flags now; return the cells for which that is something else."""
        flags: dict[int | None, list[Flag]] = {}
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
        """Yield what is flagged in a cell, whose source may be another now; None: in the whole."""
        lines: LineTable | None = None
        for code in self._codes.get(cell, ()):
            rule, flags = self._by_rule[code]
            for flag in flags.get(cell, ()):
                if cell is not None:
                    lines = lines or LineTable(source)
                yield finding(rule, flag, self._severities, cell, lines)

    def follow(self, edits: Collection[tuple[Cell, Cell]]) -> set[int]:
        """Let what slow rules have flagged move with the text, until they are asked again.

        Their fixes do not fit other code. Returns the cells whose flags have lost some.
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
        """Let what slow rules have flagged move with its cell, if that is still there."""
        now = {(cell.id, cell.source): cell.index for cell in after.cells}
        places = {c.index: now[c.id, c.source] for c in before.cells if (c.id, c.source) in now}
        for code, (rule, flags) in list(self._by_rule.items()):
            if rule.slow:
                kept = {places[c]: f for c, f in flags.items() if c is not None and c in places}
                self._by_rule[code] = (
                    rule,
                    {
                        cell: [flag._replace(cell=cell, fixes=()) for flag in items]
                        for cell, items in kept.items()
                    },
                )
        self._codes = {}
        for code, (_, flags) in self._by_rule.items():
            for cell in flags:
                self._codes.setdefault(cell, set()).add(code)
