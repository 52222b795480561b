"""What the notebook computes: two runs, and what they agree on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nb2prod.analysis.notebook_flow import Analysis
from nb2prod.verify.notebook_run import (
    CellCode,
    Environment,
    NotebookRun,
    Seen,
    Statement,
    run_notebook,
)

_COPIED = 300_000_000  # bytes; a larger folder is used as it is


@dataclass(frozen=True, slots=True)
class Expectation:
    """The values that a project has to compute.

    `values` holds for each statement the names that it set or changed; a name whose value
    differed between two runs of the notebook itself is in `unsteady` instead.
    """

    first: NotebookRun
    values: Mapping[int, Mapping[str, Seen]]
    unsteady: frozenset[str]

    def at(self, position: int, name: str) -> Seen | None:
        """Return the last value of a name before a position, None when it is not known."""
        for number in range(position - 1, -1, -1):
            if name in self.values.get(number, {}):
                return self.values[number][name]
        return None


def observe(analysis: Analysis, folder: Path, environment: Environment) -> Expectation:
    """Run a notebook twice, with different hash seeds, and keep what agrees.

    Both runs see a copy of the notebook's folder, so that nothing of it is changed.
    """
    cells = _cells(analysis)
    environment.progress("running the notebook, twice")

    def run(seed: int) -> NotebookRun:
        with _copy(folder) as place:
            return run_notebook(
                cells,
                folder=place,
                python=environment.python,
                timeout=environment.seconds_left,
                hash_seed=seed,
            )

    with ThreadPoolExecutor(2) as pool:
        first, last = pool.map(run, (0, 1))
    for one in (first, last):
        if one.failure:
            return Expectation(one, {}, frozenset())
    values: dict[int, dict[str, Seen]] = {}
    unsteady: set[str] = set()
    for number, names in first.seen.items():
        other = last.seen.get(number, {})
        for name, seen in names.items():
            if name in other and other[name].digest == seen.digest:
                values.setdefault(number, {})[name] = seen
            else:
                unsteady.add(name)
                values.setdefault(number, {})[name] = Seen(
                    seen.type,
                    None,
                    seen.storable,
                    "differs from run to run",
                    seen.size,
                    seen.shape,
                    None,
                )
    return Expectation(first, values, frozenset(unsteady))


def _cells(analysis: Analysis) -> list[CellCode]:
    cells: dict[int, list[Statement]] = {}
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        names = tuple(sorted(effect.all_binds | effect.mutates))
        cells.setdefault(statement.cell, []).append(
            Statement(statement.number, statement.code, names)
        )
    return [CellCode(cell, tuple(statements)) for cell, statements in cells.items()]


@contextmanager
def _copy(folder: Path) -> Generator[Path]:
    """Give a copy of a folder; what lies beside it and above is reached as before."""
    folder = folder.resolve()
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    if size > _COPIED or len(folder.parts) < 3:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as root:
        top = Path(root)
        inner = top / folder.parent.name
        inner.mkdir()
        for entry in folder.parent.parent.iterdir():
            if entry != folder.parent:
                (top / entry.name).symlink_to(entry)
        for entry in folder.parent.iterdir():
            if entry != folder:
                (inner / entry.name).symlink_to(entry)
        shutil.copytree(folder, inner / folder.name, symlinks=True)
        yield inner / folder.name
