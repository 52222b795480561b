"""The plan of a pipeline, as values: stages, steps, and the variables that pass between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.analysis.flow import Analysis
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.borders import Borders
from nb2prod.pipeline.crossing import Crossing
from nb2prod.pipeline.definitions import Scope
from nb2prod.pipeline.prose import Prose

Literal = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Step:
    """A run of statements that becomes one function.

    `title` is the heading above it, and `text` the Markdown above it as plain text.
    """

    name: str
    statements: tuple[int, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    title: str = ""
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of steps that becomes one module and one stage of the pipeline.

    It has the statements `start..end`, including imports and definitions among them.
    """

    name: str
    title: str
    start: int
    end: int
    steps: tuple[Step, ...]
    inputs: Crossing
    outputs: Crossing


@dataclass(frozen=True, slots=True)
class Parameter:
    """A literal of the notebook that the user may want to change.

    A `constant` is a variable that is assigned only this literal; the parameter replaces the
    assignment.
    """

    stage: str
    step: str
    name: str
    value: Literal
    cell: int  # from 0
    node: ast.expr
    constant: bool = False


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The files that a notebook reads and writes.

    Attributes:
        paths: Path in the notebook -> path in the project.
        copies: Path in the project -> the file to copy there.
        referred: Absolute path -> a file that is too large to copy and stays where it is.
        reads: Statement -> the paths in the project that it reads.
        writes: Statement -> the paths in the project that it writes.
        folders: Statement -> the folders that have to exist before it writes to them.
        left: (cell, path, reason) of files that are not copied; the cell is None if only a run
            has shown that the file is read.
        limit: The size in bytes above which a file is not copied.
        borders: Which files may be copied.
        observed: The paths of copies that only a run has shown to be read.
    """

    paths: Mapping[str, str]
    copies: Mapping[str, Path]
    referred: Mapping[str, Path]
    reads: Mapping[int, tuple[str, ...]]
    writes: Mapping[int, tuple[str, ...]]
    folders: Mapping[int, tuple[str, ...]]
    left: tuple[tuple[int | None, str, str], ...]
    limit: int
    borders: Borders
    observed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """The origin of the records that a service predicts from.

    Attributes:
        source: The statement that loads them.
        loaded: The files of the project that it loads, or the call.
        prepared: The statements that prepare them for the model.
        obstacle: Why the service takes the model's own columns instead; empty if it does not.
    """

    source: int
    loaded: str
    prepared: tuple[int, ...]
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan: how a notebook becomes a pipeline."""

    notebook: Notebook
    analysis: Analysis
    scope: Scope
    prose: Prose
    stages: tuple[Stage, ...]
    names: Mapping[str, str]  # variable of the notebook -> its name in the project
    data: DataFiles
    parameters: tuple[Parameter, ...] = ()
    merged: tuple[tuple[int, str], ...] = ()  # (position of a cut that was given up, reason)
    chosen: str = ""  # the variable of the model that the user wants to serve
    # Variable of a model that can be served -> the statement after which it has its final state;
    # the first one is served.
    served: Mapping[str, int] = field(default_factory=dict[str, int])
    records: Records | None = None  # the records of the served model
    wanted: frozenset[str] = frozenset()  # capabilities
    reserved: frozenset[str] = frozenset()  # names of modules that capabilities may add
    # (last statement of a step, variable) -> the type that a run has shown.
    types: Mapping[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])

    @property
    def steps(self) -> Iterator[Step]:
        """The steps of all stages, in order."""
        return (step for stage in self.stages for step in stage.steps)

    def step_of(self, number: int) -> tuple[Stage, Step] | None:
        """Return the stage and the step that a statement belongs to."""
        found = ((a, b) for a in self.stages for b in a.steps if number in b.statements)
        return next(found, None)

    def cells(self, step: Step) -> list[int]:
        """Return the numbers of the cells that a step comes from, counted from 1."""
        return sorted({self.analysis.statements[i].cell + 1 for i in step.statements})


class PlanError(Exception):
    """The notebook can't become a pipeline; the message names the cell and the reason."""


def cell_ranges(cells: Sequence[int]) -> str:
    """Return sorted cell numbers as text, such as `cells 2, 4-6`."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][-1] + 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    text = ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)
    return f"{'cell' if len(cells) == 1 else 'cells'} {text}"


def served_from(plan: Plan) -> str:
    """Return a sentence about the input of the service; empty if the plan has no service."""
    records = plan.records
    if records is None:
        return ""
    cells = sorted({plan.analysis.statements[n].cell + 1 for n in records.prepared})
    loaded = f"{records.loaded} (cell {plan.analysis.statements[records.source].cell + 1})"
    if records.obstacle:
        return f"It takes the model's own columns, not records of {loaded}: {records.obstacle}."
    prepared = f", prepared as in {cell_ranges(cells)}" if cells else ""
    return f"It predicts from records of {loaded}{prepared}."
