"""What the server asks of its worker process, and what it is told: plain values."""

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
    """What one cell does.

    Attributes:
        stage: the stage that its first statement, imports aside, falls into; "" without a plan.
        number: of the stage, from 1; 0 without a plan.
        reads: the variables it reads that other cells make, and files.
        writes: the variables it binds or changes that cells further down read, and files.
    """

    stage: str
    number: int
    reads: tuple[str, ...]
    writes: tuple[str, ...]


class Outline(msgspec.Struct, frozen=True):
    """What the cells of a notebook do, by their index; and why there is no plan, if there is none.

    `titles` are the headings the stages are named after, as far as they are.
    """

    cells: dict[int, CellOutline] = {}
    titles: dict[int, str] = {}
    refusal: str = ""


class Where(msgspec.Struct, frozen=True):
    """A place or a selection in a cell: offsets in its source.

    `last` is the last of several whole cells, where they are meant.
    """

    cell: int
    start: int
    end: int
    last: int = 0


class TextFile(msgspec.Struct, frozen=True):
    """A text file as it is, None where there is none, and as it will be."""

    path: str
    before: str | None
    after: str


class Made(msgspec.Struct, frozen=True):
    """What a refactoring changes: cells, by their index, and files; `removed` are cells that go."""

    edits: dict[int, tuple[Edit, ...]] = {}
    files: tuple[TextFile, ...] = ()
    removed: tuple[int, ...] = ()


class Offer(msgspec.Struct, frozen=True):
    """A refactoring that can be done at a place, or the reason why it can't.

    `made` is what it changes, where that was asked for at once.
    """

    kind: str
    title: str
    reason: str = ""
    made: Made = Made()


class TaskCell(msgspec.Struct, frozen=True):
    """A cell without what nobody needs here: its outputs."""

    kind: str
    source: str
    tags: tuple[str, ...]


What = Literal["leaks", "outline", "warm-up", "offers", "joined", "refactoring", "plan", "preview"]


class Task(msgspec.Struct, frozen=True):
    """What is to be done with a notebook.

    Attributes:
        number: of the task.
        what: is to be done.
        path: of the notebook.
        form: the format of its file.
        cells: its cells.
        rules: for leaks, the codes of the rules.
        where: for refactorings, the place.
        kind: the kind of a refactoring.
        split: for a preview, where stages begin.
    """

    number: int
    what: What
    path: str
    form: Format
    cells: tuple[TaskCell, ...]
    rules: tuple[str, ...] = ()
    where: Where = Where(0, 0, 0)
    kind: str = ""
    split: str = "auto"

    @classmethod
    def of(
        cls,
        number: int,
        what: What,
        notebook: Notebook,
        checker: RuleSet | None = None,
        **more: Any,
    ) -> Task:
        """Return a task on a notebook."""
        cells = tuple(TaskCell(c.kind, c.source, c.tags) for c in notebook.cells)
        rules = tuple(rule.code for rule in checker.rules if rule.slow) if checker else ()
        return cls(number, what, str(notebook.path), notebook.format, cells, rules, **more)

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
        return Notebook(Path(self.path), cells, {}, self.form)


class SlowFlag(msgspec.Struct, frozen=True):
    """What a slow rule has flagged."""

    cell: int | None
    start: int
    end: int
    message: str
    related: tuple[Related, ...] = ()

    def flag(self) -> Flag:
        """Return it as rules yield it."""
        span = Span(self.start, self.end) if self.end else None
        return Flag(span, self.message, (), self.cell, self.related)


class Result(msgspec.Struct, frozen=True):
    """What has become of a task.

    `refusal` is a reason that concerns the person at the editor, `error` is one that should not be.
    """

    number: int
    flags: dict[str, tuple[SlowFlag, ...]] = {}
    outline: Outline = Outline()
    offers: tuple[Offer, ...] = ()
    made: Made = Made()
    plan: dict[str, Any] = {}
    refusal: str = ""
    error: str = ""
