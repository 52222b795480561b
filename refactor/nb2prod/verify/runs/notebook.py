"""Run a notebook in a kernel of the user's Python, and observe its variables on the way."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nb2prod.emit.provenance.provenance import Original
from nb2prod.knowledge.distributions import distribution_name
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.kernel import Kernel, started_kernel
from nb2prod.verify.runs.observed_value import ObservedValue, observed_value
from nb2prod.verify.runs.probes import kernel_probe
from nb2prod.verify.runs.shown import Event, shown_by_notebook
from nb2prod.verify.runs.written_files import (
    WrittenFile,
    changed_files,
    list_files,
    written_file,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """The cell at which a run ended early, and why."""

    cell: int
    error: str
    message: str
    timed_out: bool = False

    def __str__(self) -> str:
        """Return the error in one line."""
        return f"{self.error}: {self.message}".rstrip(": ")

    def hint(self, python: str) -> str:
        """Return where the run failed, and what its user can do about it."""
        if self.timed_out:
            cell = self.cell + 1
            return f"the time limit was reached in cell {cell}; raise it with --time-limit"
        text = f"the notebook itself fails in cell {self.cell + 1}: {self}"
        module = re.fullmatch(r"No module named '([\w.]+)'", self.message)
        if self.error != "ModuleNotFoundError" or module is None:
            return text
        install = f"{python} -m pip install {distribution_name(module[1])}"
        return f"{text}; name another Python with --python, or install it: {install}"


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """A run from the first cell to the last, or to the one that failed.

    Attributes:
        values: for the last statement of each function, the variables that the function returns.
        shown: for each statement, the text and values that it showed.
        figures: the number of figures that it showed.
        read: the files of its folder that it opened for reading.
        written: the files of its folder that it wrote.
        failure: the cell that ended the run early; None if the last one succeeded.
        seconds: the duration of the run.
    """

    values: Mapping[int, Mapping[str, ObservedValue]]
    shown: Mapping[int, Sequence[Event]]
    figures: int
    read: frozenset[str]
    written: Mapping[str, WrittenFile]
    failure: Failure | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Cell:
    number: int
    code: str
    last: int  # its last statement


def run_notebook(
    original: Original, folder: Path, environment: Environment, hash_seed: int
) -> NotebookRun:
    """Run the cells of a notebook as its author wrote them, in a fresh kernel.

    Magics that only show or set something up, and installations, are left out. The global
    random generators are seeded before the first cell, so that two runs can be compared.

    Args:
        original: The notebook, and the variables to observe after its statements.
        folder: The kernel's working directory.
        environment: The Python that runs it, and the deadline.
        hash_seed: PYTHONHASHSEED of the kernel.

    Raises:
        KernelError: the Python can't be started, or it has no ipykernel.
    """
    start = time.monotonic()
    provenance = original.provenance
    observed = {f.until: tuple(f.gives.values()) for f in provenance.functions}
    cells = _cells(original, observed)
    before = list_files(folder)
    with (
        scratch_folder() as scratch,
        started_kernel(folder, environment, hash_seed) as kernel,
    ):
        result = scratch / "observed.json"
        config = {
            "names": observed,
            "stored": provenance.crossing_later(),
            "seeded": list(provenance.seeded),
            "result": str(result),
        }
        failure = _install_probe(kernel, kernel_probe(scratch, config))
        for position, cell in enumerate([] if failure else cells):
            environment.progress(f"running the notebook: cell {position + 1} of {len(cells)}")
            failure = _run(kernel, cell)
            if failure:
                break
        if not (failure and failure.timed_out):
            kernel.execute("__nb2prod_finish__()", silent=True)
        found: dict[str, Any] = {"observed": {}, "read": []}
        if result.exists():
            found = json.loads(result.read_text("utf-8"))
        elif failure is None:
            failure = Failure(cells[-1].number, "KernelDied", "a cell ended the kernel")
    return NotebookRun(
        {
            int(number): {name: observed_value(entry) for name, entry in values.items()}
            for number, values in found["observed"].items()
        },
        shown_by_notebook(kernel.events),
        kernel.figures,
        frozenset(found["read"]),
        {name: written_file(folder / name) for name in changed_files(folder, before)},
        failure,
        time.monotonic() - start,
    )


def _cells(original: Original, observed: Collection[int]) -> list[_Cell]:
    """Return the cells, with a call of the probe after each statement that ends a function."""
    sources = {cell.index: cell.source for cell in original.notebook.cells}
    cells: list[_Cell] = []
    by_cell: dict[int, list[int]] = {}
    for statement in original.program.statements:
        by_cell.setdefault(statement.cell, []).append(statement.number)
    for number, statements in by_cell.items():
        if number in original.program.converted:
            # IPython has to see the magics of the cell as they are: observe only after its end.
            cells.append(_Cell(number, sources[number], statements[-1]))
            continue
        lines: list[str] = []
        for position in statements:
            lines.append(original.program.statements[position].original)
            if position in observed and position != statements[-1]:
                lines.append(f"__nb2prod_observe__({position})")
        cells.append(_Cell(number, "\n".join(lines), statements[-1]))
    return cells


def _install_probe(kernel: Kernel, probe: str) -> Failure | None:
    try:
        error = kernel.execute(probe, silent=True)
    except TimeoutError:
        return Failure(0, "TimeoutError", "the time limit was reached", timed_out=True)
    return Failure(0, *error) if error else None


def _run(kernel: Kernel, cell: _Cell) -> Failure | None:
    try:
        error = kernel.execute(cell.code, silent=False)
        if error is None:
            kernel.execute(f"__nb2prod_observe__({cell.last})", silent=True)
    except TimeoutError:
        return Failure(cell.number, "TimeoutError", "the time limit was reached", timed_out=True)
    return None if error is None else Failure(cell.number, *error)
