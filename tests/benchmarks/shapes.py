"""How the time of nb2prod grows with a notebook: hostile shapes, each at doubling sizes.

    python tests/benchmarks/shapes.py [--shapes WORD ...] [--commands check plan refactor edit]

Each measurement has a process of its own, forked when everything is imported: the CPU time is that
of the command alone, and the peak memory is that of the process. `edit` is what the language server
does after a key press: one cell has changed. The exponent is that of the last two sizes, in bytes:
1 if the time is linear, 2 if it is quadratic. Times below 0.1 s have none.

The table at the end has the shapes whose exponent is above 1.25, that exceed the time limit, or
that end in an internal error.
"""

from __future__ import annotations

import argparse
import gc
import io
import math
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from hostile_shapes import SHAPES
from shape_parts import Shape, write

from nb2prod.cli.main import COMMANDS, main, parser_of
from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.notebook.read import read_notebook

STEPS = 4  # sizes of a shape: the largest, and its half three times
STEEP = 1.25
MEASURABLE = 0.1  # CPU seconds


class Measured(NamedTuple):
    """The cost of a command; `fault` is the last line of an internal error, or `time`."""

    seconds: float
    megabytes: float
    fault: str


def measured(prepare: Callable[[], Callable[[], str]], limit: int) -> Measured:
    """Prepare some work and do it, in a process of its own, within a limit of CPU seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        os.write(writing, _done(prepare).encode()[:200])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        prepared, _, fault = pipe.read().decode(errors="replace").partition(" ")
    _, status, usage = os.wait4(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    if ended:
        fault = "time" if ended == -signal.SIGXCPU else f"signal {-ended}"
    seconds = usage.ru_utime + usage.ru_stime - float(prepared or 0)
    return Measured(seconds, usage.ru_maxrss / 1024, fault)


def _done(prepare: Callable[[], Callable[[], str]]) -> str:
    """Do prepared work; return the CPU seconds of the preparation and the fault."""
    begun = 0.0
    try:
        work = prepare()
        begun = time.process_time()
        fault = work()
    except BaseException:  # noqa: BLE001  whatever it is, it is shown
        fault = traceback.format_exc().strip().rpartition("\n")[2]
    return f"{begun} {fault}"


def run(arguments: Sequence[str]) -> str:
    """Run a command of nb2prod; return its fault, empty if it ended as it should."""
    errors = io.StringIO()
    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing), redirect_stderr(errors):
        status = main(arguments)
    said = errors.getvalue().strip()
    internal = "error of nb2prod" in said or "Traceback" in said or status not in {0, 1, 2}
    return said.partition("\n")[0] if internal else ""


def edited(path: Path) -> Callable[[], str]:
    """Check a notebook; return the work of checking it again when one cell has changed."""
    notebook = read_notebook(path)
    check = IncrementalCheck(RuleSet.of(Config(select=("ALL",))), slow=False)
    check.check(notebook)
    cells = list(notebook.cells)
    at = next(i for i, cell in enumerate(cells) if cell.kind == "code")
    cells[at] = replace(cells[at], source=f"import os\n{cells[at].source}")
    changed = replace(notebook, cells=tuple(cells))
    return lambda: "" if check.check(changed) is not None else "no findings"


def works(path: Path, folder: Path) -> dict[str, Callable[[], Callable[[], str]]]:
    """Return the work of each command on a notebook."""
    check = ["check", "--no-cache", "--select", "ALL", str(path)]
    refactor = ["refactor", "--no-verify", "--output", str(folder / "project"), str(path)]
    return {
        "check": lambda: lambda: run(check),
        "plan": lambda: lambda: run(["plan", str(path)]),
        "refactor": lambda: lambda: run(refactor),
        "edit": lambda: edited(path),
    }


class Point(NamedTuple):
    """The cost at a size; `length` is that of the notebook in bytes."""

    size: int
    length: int
    cost: Measured


def curve(shape: Shape, command: str, limit: int) -> list[Point]:
    """Measure a command on a shape at growing sizes, until it exceeds the limit or fails."""
    found: list[Point] = []
    for step in reversed(range(STEPS)):
        size = max(1, shape.largest >> step)
        with tempfile.TemporaryDirectory() as name:
            path = write(Path(name) / "shape.ipynb", shape.cells(size))
            cost = measured(works(path, Path(name))[command], limit)
            found.append(Point(size, path.stat().st_size, cost))
        if cost.fault:
            break
    return found


def exponent(points: Sequence[Point]) -> float | None:
    """Return the exponent of the last two sizes; None if they are too quick to say."""
    if len(points) < 2:
        return None
    before, after = points[-2:]
    if before.cost.seconds < MEASURABLE / 4 or after.cost.seconds < MEASURABLE:
        return None
    if before.length == after.length:
        return None
    growth = after.length / before.length
    return math.log(after.cost.seconds / before.cost.seconds) / math.log(growth)


def line(name: str, command: str, points: Sequence[Point]) -> str:
    """Return the line of a shape and a command."""
    costs = "  ".join(
        f"{size:>9}:{cost.seconds:6.2f}s{cost.megabytes:5.0f}M" for size, _, cost in points
    )
    power = exponent(points)
    shown = "    -" if power is None else f"{power:5.2f}"
    return f"{name:34.34} {command:8} {shown}  {costs}  {points[-1].cost.fault}".rstrip()


def warm_up() -> None:
    """Import all that the commands import, so that no measurement has it."""
    with tempfile.TemporaryDirectory() as name:
        source = "import pandas as pd\ndf = pd.read_csv('a.csv')\nx = df.a.mean()\n!ls\nprint(x)"
        path = write(Path(name) / "warm.ipynb", [source])
        for prepare in works(path, Path(name)).values():
            prepare()()
    for command in COMMANDS:
        parser_of(command)


def measure() -> None:
    """Measure, and print a line for each shape and command, and those that are steep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="*", default=[], help="words of their names")
    parser.add_argument("--commands", nargs="*", default=["check", "plan", "refactor", "edit"])
    parser.add_argument("--limit", type=int, default=20, help="CPU seconds of a measurement")
    options = parser.parse_args()
    chosen = {
        name: shape
        for name, shape in SHAPES.items()
        if not options.shapes or any(word in name for word in options.shapes)
    }
    warm_up()
    gc.enable()  # `check` disables it
    steep: list[str] = []
    for name, shape in chosen.items():
        for command in options.commands:
            points = curve(shape, command, options.limit)
            said = line(name, command, points)
            print(said, flush=True)
            if (exponent(points) or 0) > STEEP or points[-1].cost.fault:
                steep.append(said)
    print(f"\n{len(chosen)} shapes, {len(steep)} of {len(chosen) * len(options.commands)} steep")
    print(*steep, sep="\n")


if __name__ == "__main__":
    measure()
