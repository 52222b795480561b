"""What a rule is: its record, the flags it yields, and helpers to make fixes."""

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
    """What a rule yields: a place, what is wrong there, and how it can be mended.

    Attributes:
        where: a node or a span of the source of a cell or file, None for all of it.
        message: one sentence without a full stop; code in backticks.
        fixes: the best way first.
        cell: for a rule on notebooks, the index of the cell; None for the notebook as a whole.
        related: places in other cells that have to do with it.
        path: for a rule on repositories, the file; the repository as a whole if it is empty.
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
# What of a notebook may change: its file (name, metadata, which cells of which kind there are),
# which cells are blank or have code, the text of Markdown cells, outputs and execution counts, the
# source of code.
Aspect = Literal["file", "blank", "prose", "outputs", "source"]
RepositoryCheck = Callable[["Repository"], Iterable[Flag]]


class Rule(msgspec.Struct, frozen=True):
    """One rule; its module's docstring is its page.

    Attributes:
        code: `NB`, the letter of its family, three digits; never given to another rule.
        name: what it finds, in words joined by dashes.
        severity: how bad that is, unless configured.
        default: it is on unless configured.
        aliases: names of the same rule elsewhere.
        cell: what looks at each code cell alone.
        among: what looks at each code cell with code, and asks for facts on the others.
        notebook: what looks at the notebook as a whole.
        looks_at: what `notebook` depends on; it is not asked again while nothing of this changes.
            Where it is outputs alone, `among` is asked only for the cells that have any.
        slow: `notebook` follows the data through all cells, too slow for every keystroke.
        repository: what looks at all files of a project.
        unless: what `cell` finds does not hold in a notebook for which this is true.
        words: one of these stands in every cell that `cell` may find something in; none for any.
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
    """Return one fix, as a flag takes it."""
    return (Fix(title, safety, changes),)


def replace_in(cell: int, span: Span, text: str) -> EditCell:
    """Return the change that puts `text` in a place of a cell."""
    return EditCell(cell, Edit(span, text))


def statement_lines(source: str, span: Span) -> Span:
    """Return the whole lines of a statement that stands alone on them, else its own span."""
    start = source.rfind("\n", 0, span.start) + 1
    end = source.find("\n", span.end)
    end = len(source) if end < 0 else end + 1
    if source[start : span.start].strip() or source[span.end : end].strip():
        return span
    if end == len(source) and start and not source[start:end].endswith("\n"):
        start -= 1  # the line above becomes the last
    return Span(start, end)
