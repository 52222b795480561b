"""Incremental linting: after an edit, check again only the cells and facts that it affects.

- The findings of rules on single cells are kept with the cell (`CellCache`). The facts about other
  cells that these rules ask for are noted, and the cell is checked again when one has changed.
- The flags of rules on the whole notebook are kept by rule (`FlagsByRule`). Such a rule is run
  again when an aspect of the notebook that it reads has changed.
- Suppressions are applied last, to the cells whose findings or suppressions have changed.

When cells are added, removed or moved, all rules are run again, but no known cell is parsed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from nb2prod.analysis.names.index import Occurrences, traces
from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Finding
from nb2prod.lint.cell_cache import CellCache, CellResult, imported_names
from nb2prod.lint.edited_cells import EditedCell, changed_cells
from nb2prod.lint.flags import finding, moved
from nb2prod.lint.flags_by_rule import FlagsByRule
from nb2prod.lint.rule_set import RuleSet
from nb2prod.lint.suppression_index import SuppressionIndex
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.repository.nearest_manifests import NearestManifests
from nb2prod.rules.facts import Facts, Imports
from nb2prod.rules.registry import find_rule
from nb2prod.rules.rule import Aspect, Flag
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import LineTable


class IncrementalCheck:
    """The findings in one notebook, kept up to date while it is edited.

    Attributes:
        found: the findings by cell, in the order of their positions; None stands for the notebook
            as a whole. Cells without findings are left out.
        view: the notebook as rules see it; None before the first check.
    """

    def __init__(
        self,
        rules: RuleSet,
        *,
        once: bool = False,
        slow: bool = True,
        manifests: NearestManifests | None = None,
    ) -> None:
        """Begin without a notebook.

        Args:
            rules: the rules and settings.
            once: the notebook is checked only once, so nothing is noted for a later check.
            slow: run the slow rules, too; otherwise `add_slow_flags` brings in their flags.
            manifests: the requirements files around the notebook.
        """
        self.found: dict[int | None, tuple[Finding, ...]] = {}
        self.view: NotebookView | None = None
        self._rules = rules
        self._once = once
        self._manifests = manifests or NearestManifests()
        self._notebook_rules = [r for r in rules.rules if r.notebook and (slow or not r.slow)]
        # The rules whose flags are known, so that an unused suppression of them can be reported.
        self._complete = tuple(r for r in rules.rules if slow or not r.slow)
        # The rules that read each cell and ask for facts about the others.
        self._among = [rule for rule in rules.rules if rule.among]
        self._among_code = [rule for rule in self._among if rule.looks_at != ("outputs",)]
        self._unless = {rule.code: rule for rule in rules.rules if rule.unless}
        self._cells = CellCache(rules)
        self._in_cell: dict[int, list[Finding]] = {}  # of rules on single cells, unsuppressed
        self._flags = FlagsByRule(rules.severities)
        self._suppressions = SuppressionIndex()

    @property
    def results(self) -> list[CellResult]:
        """The results of the code cells, in order, to be given to a later check."""
        return list(self._cells.results.values())

    def check(
        self, notebook: Notebook, known: Mapping[bytes, CellResult] | None = None
    ) -> set[int | None]:
        """Check the notebook as it is now; return the cells whose findings have changed.

        Args:
            notebook: it is only read, never run. Comparing is fastest if a cell that has not
                changed is the same object as before.
            known: results of an earlier check, by the digest of the cell's text.
        """
        changes = changed_cells(self.view.notebook, notebook) if self.view else None
        if changes is None or self.view is None:
            return self._check_all(notebook, known)
        edits = [self._read_again(old, new) for old, new in changes]
        names = self._update_index(edits, self.view.occurrences)
        if names is None:
            return self._check_all(notebook, None)
        unfixed = self._flags.follow(changes)
        names |= self._update_view(notebook, edits, self.view)
        names |= self._unless.keys()
        affected = {edit.new.index for edit in edits if edit.is_code} | unfixed
        affected |= self.view.facts.refresh(names, self.view)
        aspects: set[Aspect] = {aspect for edit in edits for aspect in edit.aspects()}
        return self._check_cells(affected, {edit.new.index for edit in edits}, aspects)

    def add_slow_flags(self, flags: Mapping[str, Iterable[Flag]]) -> set[int | None]:
        """Take the flags of slow rules, which were run elsewhere; return the changed cells.

        Args:
            flags: by rule code, the flags in the notebook as it was checked last, on spans.
        """
        changed: set[int | None] = set()
        if len(self._complete) < len(self._rules.rules):
            changed = self._suppressions.cells  # their suppressions may turn out to be unused
            self._complete = self._rules.rules
        for rule in self._rules.rules:
            if rule.code in flags:
                changed |= self._flags.put(rule, flags[rule.code])
        return self._update_findings(changed)

    # After an edit

    def _read_again(self, old: Cell, new: Cell) -> EditedCell:
        before = self._cells.summaries.get(old.index, Summary())
        if new.kind == "code":
            self._cells.add(new, {})
        return EditedCell(old, new, before, self._cells.summaries.get(new.index, Summary()))

    def _update_index(self, edits: Iterable[EditedCell], index: Occurrences) -> set[str] | None:
        """Return the names on which facts may have changed; None if that may be all names.

        That is so when a cell begins or ceases to hide which names it binds.
        """
        opaque = set(index.opaque)
        names: set[str] = {""} if any(edit.changes_blankness for edit in edits) else set()
        for edit in edits:
            if edit.is_code:
                names |= index.replace(edit.new.index, traces(edit.new.source, edit.after))
        return names if index.opaque == opaque else None

    def _update_view(
        self, notebook: Notebook, edits: Iterable[EditedCell], view: NotebookView
    ) -> set[str]:
        """Take the edited notebook as the current one; return the names imported differently."""
        names = view.names
        if any(edit.changes_imports for edit in edits):
            names = self._imported_names(view.occurrences)
        self.view = self._new_view(notebook, names, view.occurrences, view.facts)
        return {name for name, _ in view.names.items() ^ names.items()}

    # From scratch

    def _check_all(
        self, notebook: Notebook, known: Mapping[bytes, CellResult] | None
    ) -> set[int | None]:
        """Check every cell again; cells whose text is known are not parsed."""
        kept = self._cells.clear()
        if self.view:
            self._flags.renumber(self.view.notebook, notebook)
        self._in_cell = {}
        self._read_all(notebook, kept if known is None else known)
        summaries = self._cells.summaries
        code_cells = notebook.code_cells
        index = Occurrences((c.index, traces(c.source, summaries[c.index])) for c in code_cells)
        names = self._imported_names(index)
        self.view = self._new_view(notebook, names, index, Facts(remembers=not self._once))
        self._suppressions.read_notebook(notebook)
        return self._check_cells(
            affected=set(summaries), edited={cell.index for cell in notebook.cells}, aspects=None
        )

    def _read_all(self, notebook: Notebook, known: Mapping[bytes, CellResult]) -> None:
        importing: list[Summary] = []
        names: dict[str, str] = {}
        for cell in notebook.code_cells:
            self._cells.add(cell, known)
            code = self._cells.parsed.get(cell.index)
            if code is None or self._once:
                continue
            # An open notebook does not keep its syntax trees, which take a lot of memory. So a
            # cell is checked as soon as it is parsed; it rarely uses an import further down.
            if code.summary.imports:
                importing.append(code.summary)
                names = imported_names(importing)
            self._cells.check_and_drop(cell.index, names)

    def _imported_names(self, index: Occurrences) -> dict[str, str]:
        return imported_names(self._cells.summaries[i] for i in sorted(index.importing))

    def _new_view(
        self,
        notebook: Notebook,
        names: Mapping[str, str],
        index: Occurrences,
        facts: Facts[NotebookView],
    ) -> NotebookView:
        return NotebookView(
            notebook=notebook,
            summaries=self._cells.summaries,
            names=names,
            limits=self._rules.limits,
            occurrences=index,
            facts=facts,
            parsed=self._cells.parsed,
            surroundings=self._manifests,
        )

    # Running the rules

    def _check_cells(
        self, affected: set[int], edited: set[int], aspects: set[Aspect] | None
    ) -> set[int | None]:
        """Run the rules again, and return the cells whose findings have changed.

        Args:
            affected: the code cells that the rules on single cells read.
            edited: the cells whose text, outputs or suppressions may be new.
            aspects: rules on the whole notebook are run if they read one; None stands for all.
        """
        view = self.view
        assert view
        noting = self._noting_imports(view)
        for index in affected:
            self._in_cell[index] = list(self._cell_findings(index, noting))
        changed: set[int | None] = {*affected, *edited}
        for rule in self._notebook_rules:
            if aspects is None or not aspects.isdisjoint(rule.looks_at):
                assert rule.notebook
                changed |= self._flags.put(rule, rule.notebook(view))
        for index in edited:
            self._suppressions.read_cell(view.cells[index])
        if aspects is None:
            changed |= {None, *self.found}
        elif self._suppressions.of_notebook:
            changed.add(None)  # whether these are used depends on all cells
        self._cells.end_of_check()
        return self._update_findings(changed)

    def _noting_imports(self, view: NotebookView) -> NotebookView:
        """Return a view that notes as a fact each imported name that a rule looks up."""
        if self._once:
            return view
        names = Imports(view.names, lambda name: view.fact(_target, name))
        return replace(view, names=names)

    def _cell_findings(self, index: int, view: NotebookView) -> Iterator[Finding]:
        """Yield the findings of rules that read each cell, alone or among the others."""
        view.facts.begin(index)
        cell, summary = view.cells[index], self._cells.summaries[index]
        for found in self._cells.findings(cell, view.names):
            rule = self._unless.get(found.code)
            if rule is None or not view.fact(_is_excepted, rule.code):
                yield moved(found, index)
        lines: LineTable | None = None
        for rule in self._among if cell.outputs else self._among_code:
            assert rule.among
            for flag in rule.among(view, cell, summary):
                lines = lines or LineTable(cell.source)
                yield finding(rule, flag, self._rules.severities, index, lines)
        view.facts.end()

    def _update_findings(self, cells: set[int | None]) -> set[int | None]:
        """Collect the findings of some cells; return the cells whose findings have changed."""
        changed = {cell for cell in cells if cell is not None and self._update_cell(cell)}
        # The notebook comes last: its cells decide whether its suppressions are used.
        notebook = {None} if None in cells and self._update_cell(None) else set[None]()
        return changed | notebook

    def _update_cell(self, cell: int | None) -> bool:
        cells = self.view.cells if self.view else ()
        source = cells[cell].source if cell is not None and cell < len(cells) else ""
        found = list(self._in_cell.get(cell, ())) if cell is not None else []
        found += self._flags.findings(cell, source)
        severities = self._rules.severities
        found = self._suppressions.apply(cell, found, self._complete, severities, source)
        found.sort(key=lambda f: (f.start, f.code, f.end))
        before, after = self.found.get(cell, ()), tuple(found)
        if after:
            self.found[cell] = after
        else:
            self.found.pop(cell, None)
        return before != after


def _target(view: NotebookView, name: str) -> str:
    return view.names.get(name, "")


def _is_excepted(view: NotebookView, code: str) -> bool:
    """Return whether the findings of a rule on cells do not apply in this notebook."""
    rule = find_rule(code)
    return bool(rule and rule.unless and rule.unless(view))
