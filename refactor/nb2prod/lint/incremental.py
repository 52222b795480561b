"""A notebook that is checked again and again: what an edit does not touch is not looked at again.

What rules on single cells find is kept with the cell; which facts on the other cells they asked
for is noted, and they are asked again only when one of these has changed. A rule on the whole
notebook is asked again when something of what it looks at has changed. When cells come, go or
move, all is found again, but no cell that is known is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress
from operator import is_not

import msgspec
from msgspec.structs import replace

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.analysis.names.index import Occurrences, traces
from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Finding
from nb2prod.lint.flags import finding, moved
from nb2prod.lint.flags_by_rule import Flagged
from nb2prod.lint.rule_set import Checker, digest
from nb2prod.lint.suppression import (
    Suppression,
    apply_suppressions,
    suppressions_of_cell,
    suppressions_of_notebook,
    unused_suppressions,
)
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.repository.nearest_manifests import Surroundings
from nb2prod.rules.facts import Facts, Imports
from nb2prod.rules.registry import find_rule
from nb2prod.rules.rule import Aspect, Flag
from nb2prod.rules.view import CellView, NotebookView
from nb2prod.text.spans import LineTable


class CellResult(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one cell, kept by its text.

    Attributes:
        text: a digest of the cell's source.
        summary: what the cell does to names.
        key: a digest of the rules and limits under which it was found.
        asked: what the names stood for that were looked up; "" for no import.
        findings: of the rules on cells, as if the cell were the first.
    """

    text: bytes
    summary: Summary
    key: bytes
    asked: dict[str, str]
    findings: tuple[Finding, ...]


class Recheck:
    """What is found in one notebook, kept up to date.

    Attributes:
        found: for each cell in which something is found, and None for the notebook as a whole,
            what it is, in order.
    """

    def __init__(
        self,
        checker: Checker,
        *,
        once: bool = False,
        slow: bool = True,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Begin with no notebook.

        Args:
            checker: the rules and settings.
            once: nothing will be checked again, so that nothing need be noted for it.
            slow: ask the rules that follow the data, too; else their flags are brought by `take`.
            surroundings: the files around the notebook.
        """
        self.found: dict[int | None, tuple[Finding, ...]] = {}
        self._checker = checker
        self._once = once
        self._surroundings = surroundings or Surroundings()
        self._whole = [r for r in checker.rules if r.notebook and (slow or not r.slow)]
        self._pending: set[str] = {r.code for r in checker.rules if r.slow and not slow}
        self._among = [rule for rule in checker.rules if rule.among]
        self._among_code = [rule for rule in self._among if rule.looks_at != ("outputs",)]
        self._unless = {rule.code: rule for rule in checker.rules if rule.unless}
        self._results: dict[int, CellResult] = {}
        self._summaries: dict[int, Summary] = {}
        self._read: dict[int, CodeCell] = {}  # cells that were read for this check
        self._by_cell: dict[int, list[Finding]] = {}
        self._flagged = Flagged(checker.severities)
        self._wishes: dict[int | None, list[Suppression]] = {}
        self._held: dict[int | None, list[Suppression]] = {}  # the notebook's, as a cell used them
        self._view: NotebookView | None = None

    @property
    def results(self) -> list[CellResult]:
        """What is worth keeping of the code cells, in order."""
        return list(self._results.values())

    @property
    def view(self) -> NotebookView | None:
        """The notebook as rules see it; None before the first check."""
        return self._view

    def check(
        self, notebook: Notebook, known: Mapping[bytes, CellResult] | None = None
    ) -> set[int | None]:
        """Look at a notebook, as it is now; return the cells for which what is found has changed.

        Args:
            notebook: it is only read, never run. A cell that has not changed is best the same
                object as before.
            known: results of an earlier check, by the digest of the cell's text.
        """
        view = self._view
        if view is None or len(view.cells) != len(notebook.cells):
            return self._anew(notebook, known)
        pairs = zip(view.cells, notebook.cells, strict=True)
        others = map(is_not, view.cells, notebook.cells)  # by far the most are the same
        edits = [(old, new) for old, new in compress(pairs, others) if old != new]
        if not _is_like(view.notebook, notebook, edits):
            return self._anew(notebook, known)
        opaque = set(view.occurrences.opaque)
        before = {old.index: self._summaries.get(old.index, Summary()) for old, _ in edits}
        blank = any(bool(a.source.strip()) != bool(b.source.strip()) for a, b in edits)
        touched: set[str] = {""} if blank else set()
        for _, new in edits:
            if new.kind == "code":
                self._summarise(new, {})
                after = traces(new.source, self._summaries[new.index])
                touched |= view.occurrences.replace(new.index, after)
        if view.occurrences.opaque != opaque:  # every fact may have changed
            return self._anew(notebook, None)
        unfixed = self._flagged.follow(edits)
        imports = any(_targets(s) != _targets(self._summaries.get(i)) for i, s in before.items())
        self._view = self._viewed(notebook, view.occurrences, view.facts, imports=imports)
        touched |= {name for name, _ in view.names.items() ^ self._view.names.items()}
        touched |= self._unless.keys()
        again = {new.index for _, new in edits if new.kind == "code"}
        again |= unfixed | view.facts.refresh(touched, self._view)
        aspects: set[Aspect] = {
            aspect
            for old, new in edits
            for aspect in _aspects(
                old, new, before[new.index], self._summaries.get(new.index, Summary())
            )
        }
        return self._find(again, {new.index for _, new in edits}, aspects)

    def take(self, flags: Mapping[str, Iterable[Flag]]) -> set[int | None]:
        """Take what slow rules have flagged elsewhere in the notebook as it was checked last.

        Args:
            flags: for each of these rules that is on, its flags; their places are spans.
        """
        changed: set[int | None] = set(self._wishes) if self._pending else set()
        self._pending = set()
        for rule in self._checker.rules:
            if rule.code in flags:
                changed |= self._flagged.put(rule, flags[rule.code])
        return {cell for cell in changed if self._hear(cell)}

    def _anew(
        self, notebook: Notebook, known: Mapping[bytes, CellResult] | None
    ) -> set[int | None]:
        known = {r.text: r for r in self._results.values()} if known is None else known
        if self._view:
            self._flagged.renumber(self._view.notebook, notebook)
        self._results, self._summaries, self._by_cell, self._held = {}, {}, {}, {}
        cells = notebook.code_cells
        importing: list[Summary] = []
        names: dict[str, str] = {}
        for cell in cells:
            self._summarise(cell, known)
            code = self._read.get(cell.index)
            if code is None or self._once:
                continue
            # What stays open does not keep the syntax trees, which take a lot of room. So a cell is
            # looked at as soon as it is read; what is imported further down is rarely used in it.
            if code.summary.imports:
                importing.append(code.summary)
                names = imported_names(importing)
            self._results[cell.index] = self._looked_at(self._results[cell.index], code, names)
            del self._read[cell.index]
        index = Occurrences((c.index, traces(c.source, self._summaries[c.index])) for c in cells)
        self._view = self._viewed(notebook, index, Facts(remembers=not self._once), imports=True)
        self._wishes = {None: list(suppressions_of_notebook(notebook))}
        every = {cell.index for cell in notebook.cells}
        return self._find(set(self._results), every, None)

    def _viewed(
        self, notebook: Notebook, index: Occurrences, facts: Facts[NotebookView], *, imports: bool
    ) -> NotebookView:
        if imports or not self._view:
            names = imported_names(self._summaries[i] for i in sorted(index.importing))
        else:
            names = self._view.names
        limits, parsed, beside = self._checker.limits, self._read, self._surroundings
        return NotebookView(notebook, self._summaries, names, limits, index, facts, parsed, beside)

    def _summarise(self, cell: Cell, known: Mapping[bytes, CellResult]) -> None:
        text = digest(cell.source)
        result = known.get(text)
        if result is None:
            code = self._read[cell.index] = CodeCell(cell.source)
            result = CellResult(text, code.summary, b"", {}, ())
        self._results[cell.index] = result
        self._summaries[cell.index] = result.summary

    def _find(
        self, again: set[int], edited: set[int], aspects: set[Aspect] | None
    ) -> set[int | None]:
        """Ask the rules again for some cells, and those on the notebook whose aspects changed."""
        view = self._view
        assert view
        asking = self._asking(view)
        for index in again:
            self._by_cell[index] = list(self._in_cell(index, asking))
        changed: set[int | None] = {*again, *edited}
        for rule in self._whole:
            if aspects is None or not aspects.isdisjoint(rule.looks_at):
                assert rule.notebook
                changed |= self._flagged.put(rule, rule.notebook(view))
        for index in edited:
            self._wishes[index] = list(suppressions_of_cell(view.cells[index]))
        if aspects is None:
            changed |= {None, *self.found}
        elif self._wishes[None]:
            changed.add(None)  # whether they are used depends on all cells
        self._read = {}
        cells = [cell for cell in changed if cell is not None]
        return {cell for cell in cells if self._hear(cell)} | (
            {None} if None in changed and self._hear(None) else set()
        )

    def _asking(self, view: NotebookView) -> NotebookView:
        """Return the notebook as rules on single cells see it: what they look up is noted."""
        if self._once:
            return view
        names = Imports(view.names, lambda name: view.fact(_target, name))
        return replace(view, names=names)

    def _in_cell(self, index: int, view: NotebookView) -> Iterator[Finding]:
        view.facts.begin(index)
        cell, summary = view.cells[index], self._summaries[index]
        for found in self._alone(index, view).findings:
            rule = self._unless.get(found.code)
            if rule is None or not view.fact(_excused, rule.code):
                yield moved(found, index)
        lines: LineTable | None = None
        for rule in self._among if cell.outputs else self._among_code:
            assert rule.among
            for flag in rule.among(view, cell, summary):
                lines = lines or LineTable(cell.source)
                yield finding(rule, flag, self._checker.severities, index, lines)
        view.facts.end()

    def _alone(self, index: int, view: NotebookView) -> CellResult:
        """Return what the rules on cells find in a cell, found before if that still holds."""
        known = self._results[index]
        names = view.names
        same = known.key == self._checker.key
        if same and all(names.get(n, "") == target for n, target in known.asked.items()):
            return known
        code = self._read.get(index) or CodeCell(view.cells[index].source)
        result = self._results[index] = self._looked_at(known, code, names)
        return result

    def _looked_at(self, known: CellResult, code: CodeCell, names: Mapping[str, str]) -> CellResult:
        noted = Imports(names)
        found = tuple(self._checker.look(CellView(0, code, noted, self._checker.limits)))
        return CellResult(known.text, known.summary, self._checker.key, noted.asked, found)

    def _hear(self, cell: int | None) -> bool:
        """Put together what is found in a cell; say whether it is not what it was."""
        found = list(self._by_cell.get(cell, ())) if cell is not None else []
        cells = self._view.cells if self._view else ()
        source = cells[cell].source if cell is not None and cell < len(cells) else ""
        found += self._flagged.findings(cell, source)
        general, own = self._wishes[None], self._wishes.get(cell, []) if cell is not None else []
        if general or own:
            found, wishes = apply_suppressions(found, [*own, *general])
            self._held[cell] = wishes[len(own) :]
            idle = wishes[: len(own)]
            if cell is None:  # heard last
                idle = [self._held_by_any(n, wish) for n, wish in enumerate(general)]
            rules = [rule for rule in self._checker.rules if rule.code not in self._pending]
            found += unused_suppressions(rules, self._checker.severities, idle, source)
        return self._put(cell, found)

    def _held_by_any(self, number: int, wish: Suppression) -> Suppression:
        """Return a wish for the whole notebook with what it holds back anywhere."""
        return replace(wish, used={s for held in self._held.values() for s in held[number].used})

    def _put(self, cell: int | None, found: list[Finding]) -> bool:
        found.sort(key=lambda f: (f.start, f.code))
        before, after = self.found.get(cell, ()), tuple(found)
        if after:
            self.found[cell] = after
        else:
            self.found.pop(cell, None)
        return before != after


def imported_names(summaries: Iterable[Summary]) -> dict[str, str]:
    """Return what the names that a notebook imports stand for; none that mean two things."""
    names: dict[str, str] = {}
    for summary in summaries:
        for item in summary.imports:
            if names.setdefault(item.name, item.target) != item.target:
                names[item.name] = ""
    return {name: target for name, target in names.items() if target and name != "*"}


def _is_like(before: Notebook, after: Notebook, edits: Iterable[tuple[Cell, Cell]]) -> bool:
    """Say whether two notebooks differ in no more than source, outputs and execution counts."""
    return (
        before.path == after.path
        and before.format == after.format
        and before.version == after.version
        and (before.metadata is after.metadata or before.metadata == after.metadata)
        and all(
            a.kind == b.kind and a.tags == b.tags and a.metadata == b.metadata and a.id == b.id
            for a, b in edits
        )
    )


def _aspects(old: Cell, new: Cell, before: Summary, after: Summary) -> Iterator[Aspect]:
    """Yield what has changed of a cell."""
    if old.source != new.source:
        yield "source" if new.kind == "code" else "prose"
    if bool(old.source.strip()) != bool(new.source.strip()) or before.code != after.code:
        yield "blank"
    if (old.outputs, old.outputs_count, old.execution_count) != (
        new.outputs,
        new.outputs_count,
        new.execution_count,
    ):
        yield "outputs"


def _targets(summary: Summary | None) -> list[tuple[str, str]]:
    return [(item.name, item.target) for item in summary.imports] if summary else []


def _target(view: NotebookView, name: str) -> str:
    return view.names.get(name, "")


def _excused(view: NotebookView, code: str) -> bool:
    """Say whether what a rule on cells finds does not hold in this notebook."""
    rule = find_rule(code)
    return bool(rule and rule.unless and rule.unless(view))
