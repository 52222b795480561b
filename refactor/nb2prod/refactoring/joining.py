"""Several cells that follow each other, joined to one, so that one function can be made of them."""

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
    """Make one function of several cells; the first one calls it, the others go.

    Args:
        notebook: The notebook.
        first: The index of the first cell.
        last: The index of the last one.
        extract: What makes a function of one cell.

    Raises:
        RefusedError: the notebook would not compute, or not show, the same any more.
    """
    code = [c.index for c in notebook.cells[first : last + 1] if c.kind == "code"]
    if not code:
        raise RefusedError("none of the cells is code")
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
    """Return a notebook in which one cell does what several did; those below it are empty.

    Text between them becomes comments; what a later cell imports first is imported at the top.

    Raises:
        RefusedError: something would not be shown any more, or is no Python.
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
            raise RefusedError(f"cell {cell.index + 1} begins with IPython's syntax")
        if "raises-exception" in cell.tags:
            raise RefusedError(f"cell {cell.index + 1} is expected to fail half-way")
    shown = {cell.index for cell in above}
    for statement, effect in zip(
        subject.analysis.statements, subject.analysis.effects, strict=True
    ):
        nothing = effect.value.type == "builtins.NoneType"
        if statement.cell in shown and statement.displayed and not nothing:
            raise RefusedError(f"cell {statement.cell + 1} shows a value, which a function hides")


def _comment(text: str) -> str:
    """Return Markdown as comments; a heading of one cell is none in a function."""
    return "\n".join(f"# {_HEADING.sub('', line)}".rstrip() for line in text.strip().split("\n"))


def _parted(source: str) -> tuple[str, str]:
    """Return the lines of the imports at the top of a cell, and the others."""
    code = CodeCell(source)
    top = list(takewhile(lambda node: isinstance(node, _IMPORT), code.body))
    others = code.body[len(top) :]
    if not top or code.magics or (others and others[0].lineno == top[-1].end_lineno):
        return "", source
    end = code.lines.start((top[-1].end_lineno or 0) + 1)
    return source[:end].rstrip(), source[end:]


def _clash(bodies: Iterable[str], top: str) -> bool:
    """Say whether what comes before imports has anything to do with the names that they bind."""
    names = {found.name for found in CodeCell(top).summary.imports}
    return "*" in names or any(not names.isdisjoint(_WORD.findall(body)) for body in bodies)
