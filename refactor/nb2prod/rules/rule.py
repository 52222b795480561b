"""Rules: their records, the flags they yield, and helpers that create fixes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Fix, Related, Safety, Severity
from nb2prod.notebook.changes import Change, EditCell
from nb2prod.notebook.model import Cell
from nb2prod.rules.view import CellView, NotebookView
from nb2prod.text.spans import Edit, Span

if TYPE_CHECKING:
    from nb2prod.repository.repository import Repository


class Flag(NamedTuple):
    """A place that a rule reports, with a message and fixes.

    Attributes:
        where: a node or span in the source of a cell or file; None for all of it.
        message: the fault, then the remedy: one sentence without a full stop, code in backticks.
        fixes: the possible fixes, best first.
        cell: for notebook rules, the index of the cell; None for the notebook as a whole.
        related: places in other cells that explain the finding.
        path: for repository rules, the file; empty for the repository as a whole.
    """

    where: ast.AST | Span | None
    message: str
    fixes: Sequence[Fix] = ()
    cell: int | None = None
    related: Sequence[Related] = ()
    path: str = ""


Check = Callable[[CellView], Iterable[Flag]]
AmongCheck = Callable[[NotebookView, Cell, Summary], Iterable[Flag]]
NotebookCheck = Callable[[NotebookView], Iterable[Flag]]
# The parts of a notebook that change separately: its file (name, metadata, number and kinds of
# cells), which cells are blank or have code, the text of Markdown cells, outputs and execution
# counts, and the source of code.
Aspect = Literal["file", "blank", "prose", "outputs", "source"]
RepositoryCheck = Callable[["Repository"], Iterable[Flag]]


class Rule(msgspec.Struct, frozen=True):
    """A rule; the docstring of its module is its page.

    Attributes:
        code: `NB`, the letter of its family and three digits; never reused.
        name: a short name for the fault, in words joined by dashes.
        severity: the severity of its findings, unless configured.
        default: whether it is on unless configured.
        aliases: names of the same rule in other tools.
        cell: checks each code cell by itself.
        among: checks each non-empty code cell, and may ask for facts about the other cells.
        notebook: checks the notebook as a whole.
        looks_at: the parts that `notebook` depends on; it is not run again while they are
            unchanged. If outputs are the only part, `among` is run only for cells with outputs.
        slow: whether `notebook` follows the data through all cells, too slow for every keystroke.
        repository: checks all files of a project.
        unless: if true for a notebook, the findings of `cell` are dropped.
        words: `cell` is only run for cells that contain one of these; for all cells if empty.
    """

    code: str
    name: str
    severity: Severity
    default: bool = True
    aliases: tuple[str, ...] = ()
    cell: Check | None = None
    among: AmongCheck | None = None
    notebook: NotebookCheck | None = None
    looks_at: tuple[Aspect, ...] = ("file", "blank", "prose", "outputs", "source")
    slow: bool = False
    repository: RepositoryCheck | None = None
    unless: Callable[[NotebookView], bool] | None = None
    words: tuple[str, ...] = ()


def fix(title: str, safety: Safety, *changes: Change) -> tuple[Fix, ...]:
    """Return a tuple of one fix, as a flag takes it."""
    return (Fix(title, safety, changes),)


def replace_in(cell: int, span: Span, text: str) -> EditCell:
    """Return the change that replaces a span of a cell with `text`."""
    return EditCell(cell, Edit(span, text))


def statement_lines(source: str, span: Span) -> Span:
    """Return the whole lines of a statement if nothing else is on them, else its own span."""
    start = source.rfind("\n", 0, span.start) + 1
    end = source.find("\n", span.end)
    end = len(source) if end < 0 else end + 1
    if source[start : span.start].strip() or source[span.end : end].strip():
        return span
    if end == len(source) and start and not source[start:end].endswith("\n"):
        start -= 1  # the line above becomes the last line
    return Span(start, end)
