"""Run a notebook in a kernel of the user's Python, and look at its variables on the way."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from queue import Empty
from typing import Any


@dataclass(frozen=True, slots=True)
class Environment:
    """Where code is run: the user's Python, until when (of `time.monotonic`), who hears of it."""

    python: str
    deadline: float
    progress: Callable[[str], None]

    @property
    def seconds_left(self) -> float:
        """The seconds that are left, at least a little."""
        return max(0.1, self.deadline - time.monotonic())


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and the names to look at right after it."""

    number: int
    code: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellCode:
    """The statements of a cell; the last may be an expression that is displayed."""

    cell: int
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A value as it was seen; `digest` is None where it can't be compared, and `why` says it."""

    type: str
    digest: str | None
    storable: str | None
    why: str
    size: int
    shape: tuple[int, ...] | None
    preview: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """The cell at which a run ended."""

    cell: int
    error: str
    message: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """A run from the first cell to the last, or to the one that failed."""

    seen: Mapping[int, Mapping[str, Seen]]
    stdout: str
    failure: Failure | None
    versions: Mapping[str, str]
    seconds: float


class KernelError(Exception):
    """No kernel can be started; the message says what is missing."""


def seen(entry: Mapping[str, Any]) -> Seen:
    """Make a value of what a probe wrote."""
    shape = entry["shape"]
    return Seen(
        entry["type"],
        entry["digest"],
        entry["storable"],
        entry["why"],
        entry["size"],
        None if shape is None else tuple(shape),
        entry["preview"],
    )


def remote(name: str) -> str:
    """Return the text of a script that runs in the user's Python."""
    return files("nb2prod.verify").joinpath(f"remote/{name}.py").read_text("utf-8")


def run_notebook(
    cells: Sequence[CellCode],
    *,
    folder: Path,
    python: str,
    timeout: float,
    hash_seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> NotebookRun:
    """Run the cells in a fresh kernel.

    Args:
        cells: The code.
        folder: The kernel's working directory.
        python: The Python to run; it needs ipykernel.
        timeout: Seconds for the whole run.
        hash_seed: PYTHONHASHSEED of the kernel.
        progress: Called before each cell with its position and the number of cells.

    Raises:
        KernelError: there is no such Python, or no ipykernel in it.
    """
    start = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="nb2prod-") as scratch,
        _kernel(folder, python, hash_seed) as client,
    ):
        result = Path(scratch) / "seen.json"
        names = {s.number: s.names for c in cells for s in c.statements}
        config = {"fingerprint": remote("fingerprint"), "names": names, "result": str(result)}
        kernel = _Kernel(client, start + timeout)
        kernel.execute(f"{remote('kernel_probe')}\ninstall({config!r})\ndel install", silent=True)
        failure = None
        for position, cell in enumerate(cells):
            if progress:
                progress(position, len(cells))
            failure = kernel.run_cell(cell)
            if failure:
                break
        if not (failure and failure.timed_out):
            kernel.execute("__nb2prod_finish__()", silent=True)
        found: dict[str, Any] = {"seen": {}, "versions": {}}
        if result.exists():
            found = json.loads(result.read_text())
    values = {int(n): {k: seen(v) for k, v in e.items()} for n, e in found["seen"].items()}
    return NotebookRun(
        values, "".join(kernel.stdout), failure, found["versions"], time.monotonic() - start
    )


def _with_probes(cell: CellCode) -> str:
    lines: list[str] = []
    for statement in cell.statements[:-1]:
        lines += [statement.code, f"__nb2prod_look__({statement.number})"]
    return "\n".join([*lines, cell.statements[-1].code])


class _Kernel:
    def __init__(self, client: Any, deadline: float) -> None:
        self.client = client
        self.deadline = deadline
        self.stdout: list[str] = []

    def run_cell(self, cell: CellCode) -> Failure | None:
        try:
            error = self.execute(_with_probes(cell), silent=False)
            if error is None:
                self.execute(f"__nb2prod_look__({cell.statements[-1].number})", silent=True)
        except TimeoutError:
            return Failure(cell.cell, "TimeoutError", "the time limit was reached", timed_out=True)
        return None if error is None else Failure(cell.cell, *error)

    def execute(self, code: str, *, silent: bool) -> tuple[str, str] | None:
        """Execute code and return the class and message of its error."""
        message = self.client.execute(
            code, silent=silent, store_history=not silent, allow_stdin=False
        )
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                event = self.client.get_iopub_msg(timeout=min(left, 1.0))
            except Empty:
                if not self.client.is_alive():
                    return "KernelDied", "the kernel died"
                continue
            if event["parent_header"].get("msg_id") != message:
                continue
            content = event["content"]
            if event["msg_type"] == "stream" and content["name"] == "stdout":
                self.stdout.append(content["text"])
            elif event["msg_type"] == "error":
                text = str(content["evalue"]).strip().splitlines() or [""]
                return content["ename"], text[0][:300]
            elif event["msg_type"] == "status" and content["execution_state"] == "idle":
                return None


@contextmanager
def _kernel(folder: Path, python: str, hash_seed: int) -> Generator[Any]:
    from jupyter_client.kernelspec import KernelSpec  # noqa: PLC0415
    from jupyter_client.manager import KernelManager  # noqa: PLC0415

    manager: Any = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="",
        language="python",
    )
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    devnull = Path(os.devnull).open("wb")  # noqa: SIM115
    try:
        manager.start_kernel(cwd=str(folder), env=environment, stderr=devnull)
    except OSError as error:
        raise KernelError(f"{python} can't be started: {error.strerror}") from error
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield client
    except RuntimeError as error:
        raise KernelError(
            f"no kernel starts with {python}; it needs ipykernel: {python} -m pip install ipykernel"
        ) from error
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        devnull.close()
