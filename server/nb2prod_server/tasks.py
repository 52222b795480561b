"""What the server asks of its worker process, and what it is told: plain values."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

import msgspec

from nb2prod.checker import Checker
from nb2prod.finding import Related
from nb2prod.notebook import Cell, Notebook
from nb2prod.rules.rule import Flag
from nb2prod.source import Span

LENGTH = struct.Struct(">I")


class CellOutline(msgspec.Struct, frozen=True):
    """What one cell does.

    Attributes:
        stage: the stage its first statement falls into; "" without a plan.
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


class TaskCell(msgspec.Struct, frozen=True):
    """A cell without what nobody needs here: its outputs."""

    kind: str
    source: str
    tags: tuple[str, ...]


class Task(msgspec.Struct, frozen=True):
    """What is to be done with a notebook."""

    number: int
    what: Literal["leaks", "outline"]
    path: str
    cells: tuple[TaskCell, ...]
    rules: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, number: int, what: Literal["leaks", "outline"], notebook: Notebook, checker: Checker
    ) -> Task:
        """Return a task on a notebook."""
        cells = tuple(TaskCell(c.kind, c.source, c.tags) for c in notebook.cells)
        rules = tuple(rule.code for rule in checker.rules if rule.slow)
        return cls(number, what, str(notebook.path), cells, rules)

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
        return Notebook(Path(self.path), cells, {}, "ipynb")


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
    """What has become of a task."""

    number: int
    flags: dict[str, tuple[SlowFlag, ...]] = {}
    outline: Outline = Outline()
    error: str = ""
