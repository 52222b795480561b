"""The messages between the server and its worker processes, as plain values."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Literal

import msgspec

from nb2prod.finding import Related
from nb2prod.lint.rule_set import RuleSet
from nb2prod.notebook.model import Cell, Format, Notebook
from nb2prod.rules.rule import Flag
from nb2prod.text.spans import Edit, Span

LENGTH = struct.Struct(">I")


class CellOutline(msgspec.Struct, frozen=True):
    """The role of one cell in its notebook.

    Attributes:
        stage: the stage of its first statement that is not an import; empty without a plan.
        number: the number of the stage, from 1; 0 without a plan.
        reads: the variables of other cells, and the files, that it reads.
        writes: the variables that it binds or changes and cells further down read, and the files
            that it writes.
    """

    stage: str
    number: int
    reads: tuple[str, ...]
    writes: tuple[str, ...]


class Outline(msgspec.Struct, frozen=True):
    """The roles of the cells of a notebook.

    Attributes:
        cells: the outlines of cells, by index.
        titles: the titles of stages, by number.
        refusal: the reason why the notebook has no plan; empty if it has one.
    """

    cells: dict[int, CellOutline] = {}
    titles: dict[int, str] = {}
    refusal: str = ""


class CellRange(msgspec.Struct, frozen=True):
    """A selection in a cell as offsets in its source, or several cells up to `last`."""

    cell: int
    start: int
    end: int
    last: int = 0


class TextFile(msgspec.Struct, frozen=True):
    """A text file before and after a change; `before` is None for a new file."""

    path: str
    before: str | None
    after: str


class Changes(msgspec.Struct, frozen=True):
    """The changes of a refactoring: edits of cells by index, files, and removed cells."""

    edits: dict[int, tuple[Edit, ...]] = {}
    files: tuple[TextFile, ...] = ()
    removed: tuple[int, ...] = ()


class Offer(msgspec.Struct, frozen=True):
    """A refactoring that is possible, or the reason why it is not.

    Attributes:
        kind: the kind of the code action.
        title: its title.
        reason: the reason why it is not possible; empty if it is.
        changes: its changes, if the task asks for them.
    """

    kind: str
    title: str
    reason: str = ""
    changes: Changes = Changes()


class TaskCell(msgspec.Struct, frozen=True):
    """A cell without its outputs."""

    kind: str
    source: str
    tags: tuple[str, ...]


TaskKind = Literal[
    "leaks", "outline", "warm-up", "offers", "joined", "refactoring", "plan", "preview"
]


class Task(msgspec.Struct, frozen=True):
    """A task on a notebook.

    Attributes:
        number: the number of the task.
        kind: the work to do.
        path: the path of the notebook.
        format: the format of its file.
        cells: its cells.
        rules: for `leaks`, the codes of the rules.
        where: for refactorings, the selection.
        refactoring: for refactorings, the kinds of code actions, separated by blanks.
        split: for `preview`, where stages begin.
    """

    number: int
    kind: TaskKind
    path: str
    format: Format
    cells: tuple[TaskCell, ...]
    rules: tuple[str, ...] = ()
    where: CellRange = CellRange(0, 0, 0)
    refactoring: str = ""
    split: str = "auto"

    @classmethod
    def of(
        cls,
        number: int,
        kind: TaskKind,
        notebook: Notebook,
        rules: RuleSet | None = None,
        **more: Any,
    ) -> Task:
        """Return a task on a notebook."""
        cells = tuple(TaskCell(c.kind, c.source, c.tags) for c in notebook.cells)
        codes = tuple(rule.code for rule in rules.rules if rule.slow) if rules else ()
        return cls(number, kind, str(notebook.path), notebook.format, cells, codes, **more)

    def notebook(self) -> Notebook:
        """Return the notebook."""
        cells = tuple(
            Cell(
                i,
                "code" if c.kind == "code" else "markdown" if c.kind == "markdown" else "raw",
                c.source,
                c.tags,
                {},
            )
            for i, c in enumerate(self.cells)
        )
        return Notebook(Path(self.path), cells, {}, self.format)


class SlowFlag(msgspec.Struct, frozen=True):
    """A flag of a slow rule, with its location as offsets."""

    cell: int | None
    start: int
    end: int
    message: str
    related: tuple[Related, ...] = ()

    def flag(self) -> Flag:
        """Return the flag as a rule yields it."""
        span = Span(self.start, self.end) if self.end else None
        return Flag(span, self.message, (), self.cell, self.related)


class Result(msgspec.Struct, frozen=True):
    """The result of a task; which attributes are set depends on its kind.

    Attributes:
        number: the number of the task.
        flags: the flags of slow rules, by code.
        outline: the outline of the notebook.
        offers: the possible refactorings.
        changes: the changes of a refactoring, or the files of a preview.
        plan: the plan as JSON.
        refusal: the reason for the user why the task cannot be done.
        error: an unexpected error.
    """

    number: int
    flags: dict[str, tuple[SlowFlag, ...]] = {}
    outline: Outline = Outline()
    offers: tuple[Offer, ...] = ()
    changes: Changes = Changes()
    plan: dict[str, Any] = {}
    refusal: str = ""
    error: str = ""
