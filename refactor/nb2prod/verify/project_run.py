"""Run a stage of a project in a fresh process, and describe what its functions return."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nb2prod.verify.environment import Environment, remote
from nb2prod.verify.seen import Seen, seen


@dataclass(frozen=True, slots=True)
class Watch:
    """A function to watch.

    `returns` are the names of the values it returns; of those in `stored` the file format is found.
    """

    module: str
    function: str
    returns: tuple[str, ...]
    stored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageRun:
    """A run of a stage.

    Attributes:
        values: what each function returned: function -> name -> value.
        printed: the lines that it printed.
        failure: the last line of its error, None where it went well.
        seconds: how long it took.
        timed_out: the time limit was reached.
    """

    values: Mapping[str, Mapping[str, Seen]]
    printed: tuple[str, ...]
    failure: str | None
    seconds: float
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Chance:
    """What the global random generators are to give in a stage.

    The generators of `libraries` are seeded, then they go on from `state`, where that file is.
    """

    libraries: Sequence[str]
    seed: int
    state: Path


def run_stage(
    project: Path,
    stage: str,
    watches: Sequence[Watch],
    chance: Chance,
    environment: Environment,
    examples: Path,
) -> StageRun:
    """Run a stage of a project, as `dvc repro` does, and look at what its functions return.

    A small call of each function is kept in the folder `examples`.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as folder:
        place = Path(folder)
        (place / "probe.py").write_text(remote("project_probe"), "utf-8")
        config = {
            "fingerprint": remote("fingerprint"),
            "watches": [asdict(w) for w in watches],
            "script": "src/run.py",
            "arguments": [stage],
            "seeded": list(chance.libraries),
            "seed": chance.seed,
            "state": str(chance.state),
            "examples": str(examples),
            "result": str(place / "calls.json"),
        }
        (place / "config.json").write_text(json.dumps(config), "utf-8")
        # Another hash seed than the notebook's: what depends on it must not pass for equal.
        variables = {**os.environ, "PYTHONHASHSEED": "1", "MPLBACKEND": "Agg"}
        command = [environment.python, str(place / "probe.py"), str(place / "config.json")]
        code, out, err = _run(command, project, variables, environment.seconds_left)
        written = place / "calls.json"
        calls: dict[str, Any] = json.loads(written.read_text("utf-8")) if written.exists() else {}
    failure = None
    if code is None:
        failure = "the time limit was reached"
    elif code:
        lines = [line for line in err.strip().splitlines() if line.strip()]
        failure = lines[-1] if lines else f"exit status {code}"
    values = {name: {n: seen(v) for n, v in found.items()} for name, found in calls.items()}
    seconds = time.monotonic() - start
    return StageRun(values, tuple(out.splitlines()), failure, seconds, code is None)


def _run(
    command: list[str], folder: Path, variables: Mapping[str, str], timeout: float
) -> tuple[int | None, str, str]:
    """Run a command in its own process group; the status is None when the time was up."""
    process = subprocess.Popen(  # noqa: S603 - the project is the user's own
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return None, out, err
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return process.returncode, out, err
