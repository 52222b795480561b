"""Cell cache: the results for each code cell that depend on the text of that cell alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Finding
from nb2prod.lint.rule_set import RuleSet, digest
from nb2prod.notebook.model import Cell
from nb2prod.rules.facts import Imports
from nb2prod.rules.view import CellView


class CellResult(msgspec.Struct, frozen=True, array_like=True):
    """The result of checking one cell on its own; it can be kept and used for the same text.

    Attributes:
        text: digest of the cell's source.
        summary: the names that the cell binds, reads and changes.
        key: key of the rule set that found the findings; empty if the cell was not checked yet.
        asked: imported names that the rules looked up, and their targets; "" for no import.
        findings: findings of the cell rules, numbered as cell 0.
    """

    text: bytes
    summary: Summary
    key: bytes
    asked: dict[str, str]
    findings: tuple[Finding, ...]


class CellCache:
    """The results for the code cells of one notebook, by cell index.

    A result holds as long as the text of the cell, the rule set and the imported names that the
    rules looked up stay the same; until then the cell is not parsed again.

    Attributes:
        results: the result for each code cell, in order.
        summaries: the summaries of `results`.
        parsed: the cells that were parsed for the current check, with their syntax trees.
    """

    def __init__(self, rules: RuleSet) -> None:
        """Begin with no cells."""
        self.results: dict[int, CellResult] = {}
        self.summaries: dict[int, Summary] = {}
        self.parsed: dict[int, CodeCell] = {}
        self._rules = rules

    def clear(self) -> dict[bytes, CellResult]:
        """Forget all cells; return their results by the digest of their text."""
        known = {result.text: result for result in self.results.values()}
        self.results, self.summaries = {}, {}
        return known

    def add(self, cell: Cell, known: Mapping[bytes, CellResult]) -> None:
        """Parse a cell, unless a result for the same text is known.

        Args:
            cell: the code cell.
            known: earlier results, by the digest of the cell's text.
        """
        text = digest(cell.source)
        result = known.get(text)
        if result is None:
            code = self.parsed[cell.index] = CodeCell(cell.source)
            result = CellResult(text=text, summary=code.summary, key=b"", asked={}, findings=())
        self.results[cell.index] = result
        self.summaries[cell.index] = result.summary

    def findings(self, cell: Cell, names: Mapping[str, str]) -> tuple[Finding, ...]:
        """Return the cell rules' findings for a cell, numbered as cell 0.

        Args:
            cell: a code cell that was added.
            names: the targets of the notebook's imported names.
        """
        result = self.results[cell.index]
        if result.key == self._rules.key and all(
            names.get(name, "") == target for name, target in result.asked.items()
        ):
            return result.findings
        code = self.parsed.get(cell.index) or CodeCell(cell.source)
        return self._check(cell.index, code, names)

    def check_and_drop(self, index: int, names: Mapping[str, str]) -> None:
        """Check a cell that was just parsed, and drop its syntax tree."""
        self._check(index, self.parsed.pop(index), names)

    def end_of_check(self) -> None:
        """Let go of the syntax trees; the view of this check keeps those that it was given."""
        self.parsed = {}

    def _check(self, index: int, code: CodeCell, names: Mapping[str, str]) -> tuple[Finding, ...]:
        imports = Imports(names)
        view = CellView(0, code, imports, self._rules.limits)
        findings = tuple(self._rules.check_cell(view))
        before = self.results[index]
        self.results[index] = CellResult(
            text=before.text,
            summary=before.summary,
            key=self._rules.key,
            asked=imports.asked,
            findings=findings,
        )
        return findings


def imported_names(summaries: Iterable[Summary]) -> dict[str, str]:
    """Return the targets of the names that some cells import, without ambiguous names."""
    names: dict[str, str] = {}
    for summary in summaries:
        for item in summary.imports:
            if names.setdefault(item.name, item.target) != item.target:
                names[item.name] = ""
    return {name: target for name, target in names.items() if target and name != "*"}
