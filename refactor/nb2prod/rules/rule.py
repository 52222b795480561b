"""What a rule is, and what it is given to look at."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from nb2prod.analysis.code_cell import CodeCell, dotted
from nb2prod.analysis.occurrences import Occurrences
from nb2prod.analysis.summary import Summary
from nb2prod.config import Limits
from nb2prod.finding import Change, EditCell, Fix, Related, Safety, Severity
from nb2prod.notebook import Cell, Notebook
from nb2prod.rules.facts import Fact, Facts, Value
from nb2prod.source import Edit, Span
from nb2prod.surroundings import Surroundings

if TYPE_CHECKING:
    from nb2prod.analysis.lineage.log import Log
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


class CellView(msgspec.Struct, frozen=True, dict=True):
    """A code cell that is Python, in its notebook, as a rule on cells sees it.

    What a rule finds here is kept as long as the cell's text, the notebook's imports and the
    limits stay the same; so it may depend on nothing else.
    """

    index: int
    code: CodeCell
    names: Mapping[str, str]
    limits: Limits

    def dotted(self, node: ast.expr) -> str | None:
        """Return the dotted name that an expression stands for: `np.abs` is `numpy.abs`."""
        return dotted(node, self.names)

    @cached_property
    def named_calls(self) -> Mapping[str, Sequence[ast.Call]]:
        """The calls of functions that are imported, by their dotted names."""
        found: dict[str, list[ast.Call]] = {}
        for call in self.code.nodes(ast.Call):
            if name := dotted(call.func, self.names):
                found.setdefault(name, []).append(call)
        return found

    def calls(self, names: Iterable[str]) -> Iterator[tuple[ast.Call, str]]:
        """Yield the calls of functions with these dotted names, each with its name."""
        for name in self.named_calls.keys() & names:
            for call in self.named_calls[name]:
                yield call, name

    def importing(self, module: str) -> tuple[EditCell, ...] | None:
        """Return the change that imports a module at the top of this cell; None if it cannot be.

        It is empty where the notebook imports the module.
        """
        if self.names.get(module) == module:
            return ()
        if not self.code.body:
            return None
        first = self.code.body[0]
        node = min([first, *getattr(first, "decorator_list", ())], key=lambda n: n.lineno)
        at = self.code.lines.start(node.lineno)
        indent = self.code.source[at : at + node.col_offset] if node is first else ""
        if indent.strip():
            return None
        return (self.edit(Span(at, at), f"{indent}import {module}\n"),)

    def edit(self, where: ast.AST | Span, text: str) -> EditCell:
        """Return the change that puts `text` in a place of this cell."""
        span = where if isinstance(where, Span) else self.code.span(where)
        return EditCell(self.index, Edit(span, text))


class NotebookView(msgspec.Struct, frozen=True, dict=True):
    """A notebook as a rule on notebooks sees it: its cells, and what its code does to names.

    Attributes:
        notebook: the notebook.
        summaries: for each code cell, by its index over all cells, what it does to names.
        names: what the imported names stand for.
        limits: the thresholds.
        occurrences: which cells bind, need and mention which names.
        facts: what rules on single cells have asked.
        parsed: the code cells that are read anew this time; rules ask for `code_of`.
        surroundings: the files around it that say what it needs.
    """

    notebook: Notebook
    summaries: Mapping[int, Summary]
    names: Mapping[str, str]
    limits: Limits
    occurrences: Occurrences
    facts: Facts
    parsed: Mapping[int, CodeCell] = msgspec.field(default_factory=dict[int, CodeCell])
    surroundings: Surroundings = msgspec.field(default_factory=Surroundings)

    def code_of(self, index: int) -> CodeCell:
        """Return the code of a cell, with its syntax tree."""
        return self.parsed.get(index) or CodeCell(self.cells[index].source)

    @property
    def path(self) -> Path:
        """Where the notebook lies, or would lie."""
        return self.notebook.path

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, in order."""
        return self.notebook.cells

    @cached_property
    def code(self) -> tuple[tuple[Cell, Summary], ...]:
        """The code cells that have code, in order, those that are not Python among them."""
        return tuple(
            (cell, self.summaries[cell.index])
            for cell in self.notebook.code_cells
            if self.summaries[cell.index].code
        )

    @cached_property
    def importing(self) -> tuple[tuple[Cell, Summary], ...]:
        """The code cells that import anything, in order."""
        indexes = sorted(self.occurrences.importing)
        return tuple((self.cells[index], self.summaries[index]) for index in indexes)

    def fact(self, fact: Fact[Value], name: str = "") -> Value:
        """Return a fact on a name, or on the whole notebook; the only way for a rule on one cell
        to learn of the others.
        """
        return self.facts.ask(fact, name, self)

    def of_cell(self, find: Callable[[NotebookView, int], Value], index: int) -> Value:
        """Return what several rules want to know of one cell, found once for all of them."""
        known = self._of_cell.get(find)
        if known is None or known[0] != index:
            known = self._of_cell[find] = index, find(self, index)
        return known[1]

    @cached_property
    def _of_cell(self) -> dict[object, tuple[int, Any]]:
        return {}

    @property
    def complete(self) -> bool:
        """Say whether all that the code does to names is seen."""
        return self.fact(_complete)

    @cached_property
    def log(self) -> Log | None:
        """What the code does with its data; None if it trains no model."""
        from nb2prod.rules.leakage import log_of  # noqa: PLC0415  only a few notebooks need it

        return log_of(self)

    @cached_property
    def executed(self) -> bool:
        """Say whether the file holds results of a run at all."""
        return any(c.execution_count for c in self.notebook.code_cells)


def _complete(view: NotebookView, _: str) -> bool:
    return view.occurrences.complete


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
