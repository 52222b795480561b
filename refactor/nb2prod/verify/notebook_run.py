"""Run a notebook in a kernel of the user's Python, and look at its variables on the way."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nb2prod.pipeline.plan import Plan, Step
from nb2prod.verify.environment import Environment, remote
from nb2prod.verify.kernel import Kernel, kernel
from nb2prod.verify.seen import Seen, seen

# The generators of these libraries are seeded, where the notebook imports them.
SEEDED = frozenset({"numpy", "torch", "tensorflow"})


@dataclass(frozen=True, slots=True)
class Failure:
    """The cell at which a run ended."""

    cell: int
    error: str
    message: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """A run from the first cell to the last, or to the one that failed.

    Attributes:
        values: for the last statement of each step, the variables that the step gives.
        printed: the lines that were printed.
        failure: where the run ended before its time.
        read: the files of the notebook's folder that it opened for reading.
        versions: those of Python and of the modules that were loaded.
        seconds: how long it took.
    """

    values: Mapping[int, Mapping[str, Seen]]
    printed: tuple[str, ...]
    read: frozenset[str]
    failure: Failure | None
    versions: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Cell:
    number: int
    code: str
    look: int  # the statement to look after when the cell is done


def run_notebook(plan: Plan, folder: Path, environment: Environment, hash_seed: int) -> NotebookRun:
    """Run the cells of a notebook as its author wrote them, in a fresh kernel.

    Magics that only show or set something up, and installations, are left out. The global
    random generators are seeded before the first cell, so that two runs can be compared.

    Args:
        plan: The plan, which says where to look at what.
        folder: The kernel's working directory.
        environment: The Python to run, until when.
        hash_seed: PYTHONHASHSEED of the kernel.

    Raises:
        KernelError: there is no such Python, or no ipykernel in it.
    """
    start = time.monotonic()
    wanted = {step.statements[-1]: step.outputs for step in plan.steps}
    cells = _cells(plan, wanted)
    with (
        tempfile.TemporaryDirectory(prefix="nb2prod-") as scratch,
        kernel(folder, environment, hash_seed) as running,
    ):
        result = Path(scratch) / "seen.json"
        config = {
            "fingerprint": remote("fingerprint"),
            "names": wanted,
            "stored": {step.statements[-1]: crossing_later(plan, step) for step in plan.steps},
            "seeded": sorted(seeded(plan)),
            "result": str(result),
        }
        probe = f"{remote('kernel_probe')}\ninstall({config!r})\ndel install"
        failure = _setup(running, probe)
        for position, cell in enumerate([] if failure else cells):
            environment.progress(f"running the notebook: cell {position + 1} of {len(cells)}")
            failure = _run(running, cell)
            if failure:
                break
        if not (failure and failure.timed_out):
            running.execute("__nb2prod_finish__()", silent=True)
        found: dict[str, Any] = {"seen": {}, "versions": {}, "read": []}
        if result.exists():
            found = json.loads(result.read_text("utf-8"))
    values = {int(n): {k: seen(v) for k, v in e.items()} for n, e in found["seen"].items()}
    seconds = time.monotonic() - start
    printed, read = tuple(running.printed), frozenset(found["read"])
    return NotebookRun(values, printed, read, failure, found["versions"], seconds)


def seeded(plan: Plan) -> set[str]:
    """Return the libraries whose generators a run seeds: those that the notebook imports."""
    return imported(plan) & SEEDED


def seeds_itself(plan: Plan) -> bool:
    """Say whether the notebook seeds a global generator; the project then has to carry it."""
    return bool(plan.analysis.seeded)


def crossing_later(plan: Plan, step: Step) -> list[str]:
    """Return the variables that a step gives and that cross the border of a stage after it."""
    borders = (s.outputs.names for s in plan.stages[:-1] if s.end > step.statements[-1])
    return sorted({n for names in borders for n in names}.intersection(step.outputs))


def imported(plan: Plan) -> set[str]:
    """Return the top-level packages that the notebook's import statements name."""
    names = (plan.analysis.effects[i].after.get(n) for n, i in plan.scope.imports.items())
    return {value.name.partition(".")[0] for value in names if value and value.name}


def _cells(plan: Plan, wanted: Collection[int]) -> list[_Cell]:
    """Return the code of the cells, with a look after each statement that ends a step."""
    sources = {cell.index: cell.source for cell in plan.notebook.cells}
    cells: list[_Cell] = []
    by_cell: dict[int, list[int]] = {}
    for statement in plan.analysis.statements:
        by_cell.setdefault(statement.cell, []).append(statement.number)
    for number, statements in by_cell.items():
        if number in plan.analysis.program.converted:
            # What a magic does is IPython's to say; one look, when all of the cell is done.
            cells.append(_Cell(number, sources[number], statements[-1]))
            continue
        lines: list[str] = []
        for position in statements:
            lines.append(plan.analysis.statements[position].original)
            if position in wanted and position != statements[-1]:
                lines.append(f"__nb2prod_look__({position})")
        cells.append(_Cell(number, "\n".join(lines), statements[-1]))
    return cells


def _setup(running: Kernel, probe: str) -> Failure | None:
    try:
        error = running.execute(probe, silent=True)
    except TimeoutError:
        return Failure(0, "TimeoutError", "the time limit was reached", timed_out=True)
    return Failure(0, *error) if error else None


def _run(running: Kernel, cell: _Cell) -> Failure | None:
    try:
        error = running.execute(cell.code, silent=False)
        if error is None:
            running.execute(f"__nb2prod_look__({cell.look})", silent=True)
    except TimeoutError:
        return Failure(cell.number, "TimeoutError", "the time limit was reached", timed_out=True)
    return None if error is None else Failure(cell.number, *error)
