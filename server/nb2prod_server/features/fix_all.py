"""Fix many findings at once in the source of cells: fix all, organise imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from msgspec.structs import replace

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.finding import Finding, Fix
from nb2prod.ipython.tokens import comments
from nb2prod.lint.cell_cache import CellResult
from nb2prod.lint.fix import MAX_ROUNDS, compatible
from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.lint.rule_set import RuleSet
from nb2prod.notebook.changes import EditCell
from nb2prod.notebook.model import Notebook
from nb2prod.text.spans import Edit, LineTable, Span, apply_edits

Wanted = Callable[[Finding, Fix], bool]


def fixed_sources(
    notebook: Notebook, rules: RuleSet, known: Iterable[CellResult], wanted: Wanted
) -> Mapping[int, str]:
    """Return the new sources of the cells that have safe fixes, by cell.

    Args:
        notebook: the notebook; its cells are neither moved nor removed.
        rules: the rules and settings.
        known: the results of an earlier check.
        wanted: says whether a finding is to be fixed by a fix.
    """
    now = notebook
    check = IncrementalCheck(rules, slow=False)
    check.check(now, {result.text: result for result in known})
    for _ in range(MAX_ROUNDS):
        offered = (
            found.fixes[0]
            for cell in sorted(check.found, key=lambda c: -1 if c is None else c)
            for found in check.found[cell]
            if found.fixes and _is_safe(found.fixes[0]) and wanted(found, found.fixes[0])
        )
        edits: dict[int, list[Edit]] = {}
        for change in (change for fix in compatible(offered) for change in fix.changes):
            if isinstance(change, EditCell):
                edits.setdefault(change.cell, []).append(change.edit)
        if not edits:
            break
        cells = list(now.cells)
        for index, changes in edits.items():
            # Two fixes may need the same insertion.
            source = apply_edits(cells[index].source, dict.fromkeys(changes))
            cells[index] = replace(cells[index], source=source)
        now = replace(now, cells=tuple(cells))
        check.check(now)
    pairs = zip(notebook.cells, now.cells, strict=True)
    return {new.index: new.source for old, new in pairs if old.source != new.source}


def _is_safe(fix: Fix) -> bool:
    return fix.safety == "safe" and all(isinstance(change, EditCell) for change in fix.changes)


def line_edits(before: str, after: str) -> Iterator[Edit]:
    """Yield the edits of whole lines that turn one text into another."""
    old, new = LineTable(before), LineTable(after)
    lines = [
        [t.source[t.start(n) : t.start(n + 1)] for n in range(1, len(t) + 1)] for t in (old, new)
    ]
    matcher = SequenceMatcher(None, lines[0], lines[1], autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what != "equal":
            yield Edit(Span(old.start(i + 1), old.start(j + 1)), "".join(lines[1][k:m]))


def suppression_edit(source: str, found_line: int, code: str) -> Edit | None:
    """Return the edit that adds a suppression comment; None if the cell can't have one.

    Args:
        source: the source of the cell.
        found_line: the line of the finding, from 1; 0 for the cell as a whole.
        code: the code of the rule.
    """
    table = LineTable(source)
    if found_line:
        start, end = table.start(found_line), table.start(found_line + 1)
        line_end = start + len(source[start:end].rstrip("\r\n"))
        edit = Edit(Span(line_end, line_end), f"  # noqa: {code}")
        if _is_comment(source, edit):
            return edit
    magic = source.lstrip().startswith("%%")
    at = table.start(2) if magic and len(table) > 1 else 0
    edit = Edit(Span(at, at), f"# nb2prod: ignore[{code}]\n")
    return edit if _is_comment(source, edit) else None


def _is_comment(source: str, edit: Edit) -> bool:
    """Return whether the text that an edit inserts would be a comment there."""
    new = apply_edits(source, [edit])
    if CodeCell(new).summary.broken and not CodeCell(source).summary.broken:
        return False  # the line continues with a backslash
    at = edit.span.start + len(edit.text) - len(edit.text.lstrip())
    return any(comment.start == at for comment in comments(new))
