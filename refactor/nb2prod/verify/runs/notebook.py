"""Run a notebook in a kernel of the user's Python, and look at its variables on the way."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nb2prod.emit.provenance.provenance import Original
from nb2prod.knowledge.distributions import distribution_name
from nb2prod.verify.runs.environment import Environment, probe_source
from nb2prod.verify.runs.kernel import Kernel, kernel
from nb2prod.verify.runs.observed_value import Seen, seen
from nb2prod.verify.runs.written_files import Written, changed, listed, written


@dataclass(frozen=True, slots=True)
class Failure:
    """The cell at which a run ended."""

    cell: int
    error: str
    message: str
    timed_out: bool = False

    def __str__(self) -> str:
        """Say what happened."""
        return f"{self.error}: {self.message}".rstrip(": ")

    def hint(self, python: str) -> str:
        """Say where it happened, and what can be done about it."""
        if self.timed_out:
            return f"the time limit was reached in cell {self.cell + 1}; --time-limit allows more"
        text = f"the notebook itself fails in cell {self.cell + 1}: {self}"
        module = re.fullmatch(r"No module named '([\w.]+)'", self.message)
        if self.error != "ModuleNotFoundError" or module is None:
            return text
        install = f"{python} -m pip install {distribution_name(module[1])}"
        return f"{text}; for another Python say --python, for this one {install}"


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """A run from the first cell to the last, or to the one that failed.

    Attributes:
        values: for the last statement of each function, the variables that the function gives.
        printed: the lines that were printed.
        figures: how many figures were shown.
        failure: where the run ended before its time.
        read: the files of the notebook's folder that it opened for reading.
        written: the files of the notebook's folder that it wrote.
        seconds: how long it took.
    """

    values: Mapping[int, Mapping[str, Seen]]
    printed: tuple[str, ...]
    figures: int
    read: frozenset[str]
    written: Mapping[str, Written]
    failure: Failure | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Cell:
    number: int
    code: str
    look: int  # the statement to look after when the cell is done


def run_notebook(
    original: Original, folder: Path, environment: Environment, hash_seed: int
) -> NotebookRun:
    """Run the cells of a notebook as its author wrote them, in a fresh kernel.

    Magics that only show or set something up, and installations, are left out. The global
    random generators are seeded before the first cell, so that two runs can be compared.

    Args:
        original: The notebook, and where to look at what.
        folder: The kernel's working directory.
        environment: The Python to run, until when.
        hash_seed: PYTHONHASHSEED of the kernel.

    Raises:
        KernelError: there is no such Python, or no ipykernel in it.
    """
    start = time.monotonic()
    provenance = original.provenance
    wanted = {f.until: tuple(f.gives.values()) for f in provenance.functions}
    cells = _cells(original, wanted)
    before = listed(folder)
    with (
        tempfile.TemporaryDirectory(prefix="nb2prod-") as scratch,
        kernel(folder, environment, hash_seed) as running,
    ):
        result = Path(scratch) / "seen.json"
        config = {
            "fingerprint": probe_source("fingerprint"),
            "names": wanted,
            "stored": provenance.crossing_later(),
            "seeded": list(provenance.seeded),
            "result": str(result),
        }
        probe = f"{probe_source('kernel')}\ninstall({config!r})\ndel install"
        failure = _setup(running, probe)
        for position, cell in enumerate([] if failure else cells):
            environment.progress(f"running the notebook: cell {position + 1} of {len(cells)}")
            failure = _run(running, cell)
            if failure:
                break
        if not (failure and failure.timed_out):
            running.execute("__nb2prod_finish__()", silent=True)
        found: dict[str, Any] = {"seen": {}, "read": []}
        if result.exists():
            found = json.loads(result.read_text("utf-8"))
        elif failure is None:  # a cell has ended the kernel itself
            failure = Failure(cells[-1].number, "KernelDied", "a cell has ended the kernel")
    return NotebookRun(
        {int(n): {k: seen(v) for k, v in e.items()} for n, e in found["seen"].items()},
        tuple(running.printed),
        running.figures,
        frozenset(found["read"]),
        {name: written(folder / name) for name in changed(folder, before)},
        failure,
        time.monotonic() - start,
    )


def _cells(original: Original, wanted: Collection[int]) -> list[_Cell]:
    """Return the code of the cells, with a look where the work of a function ends."""
    sources = {cell.index: cell.source for cell in original.notebook.cells}
    cells: list[_Cell] = []
    by_cell: dict[int, list[int]] = {}
    for statement in original.program.statements:
        by_cell.setdefault(statement.cell, []).append(statement.number)
    for number, statements in by_cell.items():
        if number in original.program.converted:
            # What a magic does is IPython's to say; one look, when all of the cell is done.
            cells.append(_Cell(number, sources[number], statements[-1]))
            continue
        lines: list[str] = []
        for position in statements:
            lines.append(original.program.statements[position].original)
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
