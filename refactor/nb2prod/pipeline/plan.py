"""The plan of a pipeline, as values: stages, their steps, what passes between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.analysis.flow import Analysis
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.crossing import Crossing
from nb2prod.pipeline.definitions import Scope
from nb2prod.pipeline.prose import Prose

Literal = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Step:
    """A run of statements that becomes one function.

    `title` is the heading above it, `text` the Markdown above it, as plain text.
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

    It holds the statements `start..end`, imports and definitions between them included.
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
    """A value that a person may want to change, and where it comes from.

    A `constant` is a variable that holds nothing else; its assignment becomes the parameter.
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
        paths: a path as the notebook names it -> the one that the project uses.
        copies: a path in the project -> the file to copy there.
        referred: absolute path -> a file that is too large to be copied and stays where it is.
        reads: statement -> the paths that it reads, in the project.
        writes: statement -> the paths that it writes, in the project.
        folders: statement -> the folders that have to be there before it writes into them.
        left: (cell, path, why) of what could not be brought; no cell where only a run has shown it.
        limit: the size in bytes above which a file is not copied.
        seen: the paths of those copies that only a run has shown to be read.
    """

    paths: Mapping[str, str]
    copies: Mapping[str, Path]
    referred: Mapping[str, Path]
    reads: Mapping[int, tuple[str, ...]]
    writes: Mapping[int, tuple[str, ...]]
    folders: Mapping[int, tuple[str, ...]]
    left: tuple[tuple[int | None, str, str], ...]
    limit: int
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records come from that a service predicts from.

    Attributes:
        source: the statement that loads them.
        loaded: what it loads: files of the project, or the call.
        prepared: the statements that prepare them for the model.
        obstacle: why the service takes the model's own columns instead; empty where it does not.
    """

    source: int
    loaded: str
    prepared: tuple[int, ...]
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a notebook becomes a pipeline."""

    notebook: Notebook
    analysis: Analysis
    scope: Scope
    prose: Prose
    stages: tuple[Stage, ...]
    names: Mapping[str, str]  # of variables, in the project
    data: DataFiles
    parameters: tuple[Parameter, ...] = ()
    merged: tuple[tuple[int, str], ...] = ()  # (position of a cut that was given up, why)
    chosen: str = ""  # the variable with the model that a person wants to be served
    # Variables with models that may be served, the one to be first, and the statements after which
    # they are as they are served.
    served: Mapping[str, int] = field(default_factory=dict[str, int])
    records: Records | None = None  # of the one to be served
    wanted: frozenset[str] = frozenset()  # capabilities
    reserved: frozenset[str] = frozenset()  # names of modules that these may need
    # The types that were seen in a run, by the last statement of a step and the variable.
    types: Mapping[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])

    @property
    def steps(self) -> Iterator[Step]:
        """The steps of all stages, in order."""
        return (step for stage in self.stages for step in stage.steps)

    def step_of(self, number: int) -> tuple[Stage, Step] | None:
        """Return the stage and the step that hold a statement."""
        found = ((a, b) for a in self.stages for b in a.steps if number in b.statements)
        return next(found, None)

    def cells(self, step: Step) -> list[int]:
        """Return the cells that a step comes from, counted from 1."""
        return sorted({self.analysis.statements[i].cell + 1 for i in step.statements})


class PlanError(Exception):
    """The notebook can't become a pipeline; the message says why and where."""


def cell_ranges(cells: Sequence[int]) -> str:
    """Return `cells 2, 4-6` for the numbers of cells, in order."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][-1] + 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    text = ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)
    return f"{'cell' if len(cells) == 1 else 'cells'} {text}"


def served_from(plan: Plan) -> str:
    """Say what a service predicts from, in a sentence; empty where there is nothing to serve."""
    records = plan.records
    if records is None:
        return ""
    cells = sorted({plan.analysis.statements[n].cell + 1 for n in records.prepared})
    loaded = f"{records.loaded} (cell {plan.analysis.statements[records.source].cell + 1})"
    if records.obstacle:
        return f"It takes the model's own columns, not records of {loaded}: {records.obstacle}."
    prepared = f", prepared as in {cell_ranges(cells)}" if cells else ""
    return f"It predicts from records of {loaded}{prepared}."
