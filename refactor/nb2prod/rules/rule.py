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


Tag = Literal["unnecessary", "deprecated", "imports", "unreadable", "foreign", "unused-suppression"]
ALL_ASPECTS: tuple[Aspect, ...] = ("file", "blank", "prose", "outputs", "source")


class Rule(msgspec.Struct, frozen=True):
    """One rule; its module's docstring is its page, and its code and name are those of the file.

    Rules are made by `cell_rule`, `cross_cell_rule`, `notebook_rule`, `repository_rule` and
    `engine_rule`, which say what each kind needs.

    Attributes:
        severity: the severity of its findings, unless configured.
        code: `NB`, the letter of its family, three digits; never given to another rule.
        name: what it finds, in words joined by dashes.
        default: it is on unless configured.
        aliases: names of the same rule elsewhere.
        tags: how an editor shows its findings ("unnecessary" ones fade, "deprecated" ones are
            struck through), whether it is about imports, or what of the engine itself it reports.
        cell: the check of a cell rule.
        among: the check of a cross-cell rule.
        notebook: the check of a notebook rule.
        repository: the check of a repository rule.
        looks_at: the aspects of a notebook that a notebook rule or cross-cell rule depends on.
        slow: a notebook rule that follows the data through all cells, too slow for a keystroke.
        unless: the findings of a cell rule do not hold in a notebook for which this is true.
        words: one of these occurs in every cell in which a cell rule finds something; none for any.
        broken: a cell rule also checks cells that are not Python; their code has no nodes.
    """

    severity: Severity
    code: str = ""
    name: str = ""
    default: bool = True
    aliases: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    cell: Check | None = None
    among: AmongCheck | None = None
    notebook: NotebookCheck | None = None
    repository: RepositoryCheck | None = None
    looks_at: tuple[Aspect, ...] = ALL_ASPECTS
    slow: bool = False
    unless: Callable[[NotebookView], bool] | None = None
    words: tuple[str, ...] = ()
    broken: bool = False


def cell_rule(
    check: Check,
    severity: Severity,
    *,
    default: bool = True,
    aliases: tuple[str, ...] = (),
    tags: tuple[Tag, ...] = (),
    unless: Callable[[NotebookView], bool] | None = None,
    words: tuple[str, ...] = (),
    broken: bool = False,
) -> Rule:
    """Return a rule whose check sees one code cell alone; the cheapest kind.

    Args:
        check: Yields the flags of a cell.
        severity: The severity of its findings, unless configured.
        default: It is on unless configured.
        aliases: Names of the same rule elsewhere.
        tags: See `Rule`.
        unless: Says of a notebook that the findings do not hold in it.
        words: One of these occurs in every cell in which it finds something.
        broken: It also checks cells that are not Python; their code has no nodes.
    """
    return Rule(
        severity,
        default=default,
        aliases=aliases,
        tags=tags,
        cell=check,
        unless=unless,
        words=words,
        broken=broken,
    )


def cross_cell_rule(
    check: AmongCheck,
    severity: Severity,
    *,
    default: bool = True,
    aliases: tuple[str, ...] = (),
    tags: tuple[Tag, ...] = (),
    looks_at: tuple[Aspect, ...] = ALL_ASPECTS,
) -> Rule:
    """Return a rule whose check sees one code cell, and asks for facts on the others.

    Args:
        check: Yields the flags of a cell; what it knows of other cells comes from `view.fact`.
        severity: The severity of its findings, unless configured.
        default: It is on unless configured.
        aliases: Names of the same rule elsewhere.
        tags: See `Rule`.
        looks_at: `("outputs",)`: only cells with outputs are asked.
    """
    return Rule(
        severity, default=default, aliases=aliases, tags=tags, among=check, looks_at=looks_at
    )


def notebook_rule(
    check: NotebookCheck,
    severity: Severity,
    *,
    default: bool = True,
    aliases: tuple[str, ...] = (),
    tags: tuple[Tag, ...] = (),
    looks_at: tuple[Aspect, ...] = ALL_ASPECTS,
    slow: bool = False,
) -> Rule:
    """Return a rule whose check sees the whole notebook.

    Args:
        check: Yields the flags of a notebook, each with its cell.
        severity: The severity of its findings, unless configured.
        default: It is on unless configured.
        aliases: Names of the same rule elsewhere.
        tags: See `Rule`.
        looks_at: What it depends on; it is not asked again while nothing of this changes.
        slow: It follows the data through all cells.
    """
    return Rule(
        severity,
        default=default,
        aliases=aliases,
        tags=tags,
        notebook=check,
        looks_at=looks_at,
        slow=slow,
    )


def repository_rule(
    check: RepositoryCheck,
    severity: Severity,
    *,
    default: bool = True,
    aliases: tuple[str, ...] = (),
) -> Rule:
    """Return a rule of `nb2prod doctor`, whose check sees all files of a project."""
    return Rule(severity, default=default, aliases=aliases, repository=check)


def engine_rule(severity: Severity, *, tags: tuple[Tag, ...], default: bool = True) -> Rule:
    """Return a rule that has no check: the engine itself reports what the tag names."""
    return Rule(severity, default=default, tags=tags)


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
