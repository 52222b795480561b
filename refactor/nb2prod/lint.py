"""Checking: from a notebook to what the rules find in it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from nb2prod.analysis.code_cell import CodeCell
from nb2prod.analysis.summary import Summary
from nb2prod.config import Config, Limits
from nb2prod.finding import Finding, Fix, Severity
from nb2prod.notebook import Notebook
from nb2prod.rules import chosen, expand, find_rule
from nb2prod.rules.rule import CellView, Flag, NotebookView, Rule, fix, replace_in
from nb2prod.source import LineTable, Span
from nb2prod.suppression import ALL, Suppression, apply, find_suppressions

UNREADABLE, FOREIGN, UNUSED_SUPPRESSION = "NBV006", "NBV007", "NBV008"


class CellResult(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one cell, kept by its text.

    Attributes:
        text: a digest of the cell's source.
        summary: what the cell does to names.
        context: a digest of what else the findings depend on.
        findings: of the rules on cells, as if the cell were the first.
    """

    text: bytes
    summary: Summary
    context: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Checker:
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
        return cls(rules, config.limits, severities, _digest(said))

    def check(
        self, notebook: Notebook, known: Mapping[bytes, CellResult] | None = None
    ) -> tuple[list[Finding], list[CellResult]]:
        """Return what the rules find in a notebook, and what is worth keeping of its cells.

        Args:
            notebook: it is only read, never run.
            known: results of an earlier check, by the digest of the cell's text.
        """
        results = self._read(notebook, known or {})
        summaries = {index: result.summary for index, (result, _) in results.items()}
        names = imported_names(summaries.values())
        context = _digest(repr(sorted(names.items())) + self.key.hex())
        findings: list[Finding] = []
        kept: list[CellResult] = []
        for index, (result, code) in results.items():
            done = result
            if result.context != context:
                cell = code or CodeCell(notebook.cells[index].source)
                found = tuple(self._cell_findings(CellView(0, cell, names, self.limits)))
                done = CellResult(result.text, result.summary, context, found)
            kept.append(done)
            findings += (moved(finding, index) for finding in done.findings)
        codes = {index: code for index, (_, code) in results.items() if code}
        view = NotebookView(notebook, summaries, names, self.limits, codes)
        excused = {rule.code for rule in self.rules if rule.unless and rule.unless(view)}
        findings = [finding for finding in findings if finding.code not in excused]
        findings += self._notebook_findings(view)
        findings = list(self._heard(notebook, findings))
        findings.sort(key=lambda f: (-1 if f.cell is None else f.cell, f.start, f.code))
        return findings, kept

    def _read(
        self, notebook: Notebook, known: Mapping[bytes, CellResult]
    ) -> dict[int, tuple[CellResult, CodeCell | None]]:
        results: dict[int, tuple[CellResult, CodeCell | None]] = {}
        for cell in notebook.code_cells:
            text = _digest(cell.source)
            if result := known.get(text):
                results[cell.index] = result, None
            else:
                code = CodeCell(cell.source)
                results[cell.index] = CellResult(text, code.summary, b"", ()), code
        return results

    def _cell_findings(self, view: CellView) -> Iterator[Finding]:
        if view.code.summary.broken:
            return
        source = view.code.source
        for rule in self.rules:
            if rule.cell and _mentions(source, rule.words):
                for flag in rule.cell(view):
                    yield self._finding(rule, flag, 0, view.code.lines, view.code)

    def _notebook_findings(self, view: NotebookView) -> Iterator[Finding]:
        tables: dict[int, LineTable] = {}
        for rule in self.rules:
            if not rule.notebook:
                continue
            for flag in rule.notebook(view):
                if flag.cell is None:
                    yield self._finding(rule, flag, None, None, None)
                    continue
                if flag.cell not in tables:
                    tables[flag.cell] = LineTable(view.cells[flag.cell].source)
                yield self._finding(rule, flag, flag.cell, tables[flag.cell], None)

    def _finding(
        self,
        rule: Rule,
        flag: Flag,
        cell: int | None,
        lines: LineTable | None,
        code: CodeCell | None,
    ) -> Finding:
        severity = self.severities.get(rule.code, rule.severity)
        fixes = tuple(flag.fixes)
        if lines is None:
            return Finding(rule.code, rule.name, severity, flag.message, fixes=fixes)
        where = flag.where
        if isinstance(where, ast.AST):
            assert code, "only rules on cells have nodes"
            where = code.span(where)
        span = where or Span(0, 0)
        line, column = lines.position(span.start)
        end_line, end_column = lines.position(span.end)
        excerpt = lines.source[lines.start(line) : lines.start(line + 1)].rstrip("\r\n")
        return Finding(
            rule.code,
            rule.name,
            severity,
            flag.message,
            cell,
            span.start,
            span.end,
            line,
            column,
            end_line,
            end_column,
            excerpt[:400],
            fixes,
        )

    def _heard(self, notebook: Notebook, findings: list[Finding]) -> Iterable[Finding]:
        """Return the findings that are not suppressed, and the suppressions that do nothing."""
        wishes = list(find_suppressions(notebook))
        if not wishes:
            return findings
        heard = list(apply(findings, wishes, _meaning))
        rule = next((r for r in self.rules if r.code == UNUSED_SUPPRESSION), None)
        return [*heard, *(self._unused(rule, wishes, notebook) if rule else ())]

    def _unused(
        self, rule: Rule, wishes: Iterable[Suppression], notebook: Notebook
    ) -> Iterator[Finding]:
        on = {r.code for r in self.rules}
        for wish in wishes:
            named = wish.selectors or ((ALL,) if wish.ours else ())
            ours = [s for s in named if wish.ours or _meaning(s)]
            idle = [s for s in ours if s not in wish.used and (_meaning(s) & on or not _meaning(s))]
            if not idle:
                continue
            said = "nothing is found here" if idle == [ALL] else ", ".join(idle)
            message = f"this suppresses nothing: {said}"
            fixes: tuple[Fix, ...] = ()
            if wish.span and wish.cell is not None and len(idle) == len(named):
                source = notebook.cells[wish.cell].source
                span = _comment(source, wish.span)
                fixes = fix("Remove the comment", "safe", replace_in(wish.cell, span, ""))
            lines = None if wish.cell is None else LineTable(notebook.cells[wish.cell].source)
            yield self._finding(rule, Flag(wish.span, message, fixes), wish.cell, lines, None)


def _mentions(source: str, words: tuple[str, ...]) -> bool:
    for word in words:
        if word in source:
            return True
    return not words


def imported_names(summaries: Iterable[Summary]) -> dict[str, str]:
    """Return what the names that a notebook imports stand for; none that mean two things."""
    names: dict[str, str] = {}
    for summary in summaries:
        for item in summary.imports:
            if names.setdefault(item.name, item.target) != item.target:
                names[item.name] = ""
    return {name: target for name, target in names.items() if target and name != "*"}


def moved(finding: Finding, cell: int) -> Finding:
    """Return a finding in cell 0 as one in another cell."""
    if not cell:
        return finding
    fixes = tuple(
        Fix(f.title, f.safety, tuple(msgspec.structs.replace(c, cell=cell) for c in f.changes))
        for f in finding.fixes
    )
    return msgspec.structs.replace(finding, cell=cell, fixes=fixes)


def _comment(source: str, span: Span) -> Span:
    """Widen the place of a comment to the blanks before it, and to its line if it is alone."""
    start = len(source[: span.start].rstrip(" \t"))
    alone = not start or source[start - 1] in "\r\n"
    end = span.end
    if alone and source[end : end + 1] == "\n":
        end += 1
    return Span(start, end)


def _meaning(selector: str) -> set[str]:
    if selector == ALL:
        return expand([ALL])
    rule = find_rule(selector)
    return {rule.code} if rule else set()


def _matches(path: PurePath, config: Config, pattern: str) -> bool:
    try:
        relative = path.relative_to(config.root)
    except ValueError:
        relative = path
    return relative.match(pattern) or any(p.match(pattern) for p in relative.parents)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def unread(checker: Checker, code: str, reason: str) -> Iterator[Finding]:
    """Yield the finding for a file that is not looked into, unless the rule is off."""
    for rule in checker.rules:
        if rule.code == code:
            severity = checker.severities.get(rule.code, rule.severity)
            yield Finding(rule.code, rule.name, severity, reason)
