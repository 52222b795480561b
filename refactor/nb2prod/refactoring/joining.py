"""Extract several consecutive cells to one function, by joining them first."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import takewhile

from msgspec import structs

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.refactoring.subject import Refactoring, RefusedError, Subject
from nb2prod.text.spans import Edit, Span, apply_edits

_IMPORT = ast.Import | ast.ImportFrom
_HEADING = re.compile(r"^#{1,6}\s+")
_WORD = re.compile(r"\w+")

Extract = Callable[[Subject, int], Refactoring]


def extract_joined(notebook: Notebook, first: int, last: int, extract: Extract) -> Refactoring:
    """Extract several cells to one function; the first one calls it, the others are removed.

    Args:
        notebook: the notebook.
        first: the index of the first cell.
        last: the index of the last cell.
        extract: extracts one cell to a function.

    Raises:
        RefusedError: the notebook would not compute or display the same any more.
    """
    code = [c.index for c in notebook.cells[first : last + 1] if c.kind == "code"]
    if not code:
        raise RefusedError("none of the cells is a code cell")
    if len(code) == 1:
        return extract(Subject(notebook), code[0])
    first, last = code[0], code[-1]
    joined = join_cells(notebook, first, last)
    done = extract(Subject(joined), first)
    before = notebook.cells[first].source
    after = apply_edits(joined.cells[first].source, done.edits[first])
    edits = {first: (Edit(Span(0, len(before)), after),)}
    return replace(done, edits=edits, removed=tuple(range(first + 1, last + 1)))


def join_cells(notebook: Notebook, first: int, last: int) -> Notebook:
    """Return the notebook with several cells joined into the first one; the others are empty.

    Markdown between them becomes comments; imports at the top of a cell move to the top of the
    joined cell.

    Raises:
        RefusedError: a value would not be displayed any more, or a cell cannot be joined.
    """
    cells = notebook.cells[first : last + 1]
    _refuse(Subject(notebook), cells)
    tops: list[str] = []
    bodies: list[str] = []
    for cell in cells:
        if cell.kind != "code":
            bodies.append(_comment(cell.source))
            continue
        top, body = _parted(cell.source)
        if _clash(bodies, top):
            top, body = "", cell.source
        tops += [top] if top else []
        bodies += [body] if body.strip() else []
    source = "\n\n".join(["\n".join(tops), *(body.strip("\n") for body in bodies)]).lstrip("\n")
    emptied = {c.index: Cell(c.index, "raw", "", (), {}) for c in cells[1:]}
    emptied[first] = structs.replace(cells[0], source=source, outputs=(), outputs_count=0)
    return structs.replace(notebook, cells=tuple(emptied.get(c.index, c) for c in notebook.cells))


def _refuse(subject: Subject, cells: Iterable[Cell]) -> None:
    *above, last = [cell for cell in cells if cell.kind == "code"]
    for cell in (*above, last):
        if cell.source.lstrip().startswith("%%"):
            raise RefusedError(f"cell {cell.index + 1} begins with a cell magic")
        if "raises-exception" in cell.tags:
            raise RefusedError(f"cell {cell.index + 1} has the tag `raises-exception`")
    shown = {cell.index for cell in above}
    for statement, effect in zip(
        subject.analysis.statements, subject.analysis.effects, strict=True
    ):
        nothing = effect.value.type == "builtins.NoneType"
        if statement.cell in shown and statement.displayed and not nothing:
            raise RefusedError(
                f"cell {statement.cell + 1} displays a value, which a function would not"
            )


def _comment(text: str) -> str:
    """Return Markdown as comments, without the signs of headings."""
    return "\n".join(f"# {_HEADING.sub('', line)}".rstrip() for line in text.strip().split("\n"))


def _parted(source: str) -> tuple[str, str]:
    """Return the lines of the imports at the top of a cell, and the remaining lines."""
    code = CodeCell(source)
    top = list(takewhile(lambda node: isinstance(node, _IMPORT), code.body))
    others = code.body[len(top) :]
    if not top or code.magics or (others and others[0].lineno == top[-1].end_lineno):
        return "", source
    end = code.lines.start((top[-1].end_lineno or 0) + 1)
    return source[:end].rstrip(), source[end:]


def _clash(bodies: Iterable[str], top: str) -> bool:
    """Return whether the code before some imports mentions a name that they bind."""
    names = {found.name for found in CodeCell(top).summary.imports}
    return "*" in names or any(not names.isdisjoint(_WORD.findall(body)) for body in bodies)
