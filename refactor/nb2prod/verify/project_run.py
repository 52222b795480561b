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

from nb2prod.verify.notebook_run import Seen, remote, seen


@dataclass(frozen=True, slots=True)
class Watch:
    """A function to watch; `returns` are the names of the values it returns."""

    module: str
    function: str
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """A run of a script; `calls` maps `module.function` to name to value."""

    calls: Mapping[str, Mapping[str, Seen]]
    stdout: str
    failure: str | None
    seconds: float
    timed_out: bool = False


def run_script(
    project: Path,
    script: str,
    arguments: Sequence[str],
    watches: Sequence[Watch],
    *,
    python: str,
    timeout: float,
    hash_seed: int = 0,
    examples: Path | None = None,
) -> ScriptRun:
    """Run a script of a project from the project's folder.

    With `examples`, the arguments and the result of each watched function are kept there, where
    they are small.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as scratch:
        place = Path(scratch)
        (place / "probe.py").write_text(remote("project_probe"), "utf-8")
        config = {
            "fingerprint": remote("fingerprint"),
            "watches": [asdict(w) for w in watches],
            "script": script,
            "arguments": list(arguments),
            "examples": str(examples) if examples else None,
            "result": str(place / "calls.json"),
        }
        (place / "config.json").write_text(json.dumps(config), "utf-8")
        environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "MPLBACKEND": "Agg"}
        code, out, err = _run(
            [python, str(place / "probe.py"), str(place / "config.json")],
            project,
            environment,
            timeout,
        )
        written = place / "calls.json"
        calls: dict[str, Any] = json.loads(written.read_text()) if written.exists() else {}
    failure = None
    if code is None:
        failure = "the time limit was reached"
    elif code:
        failure = next(
            (line for line in reversed(err.strip().splitlines()) if line.strip()),
            f"exit status {code}",
        )
    found = {label: {n: seen(v) for n, v in values.items()} for label, values in calls.items()}
    return ScriptRun(found, out, failure, time.monotonic() - start, code is None)


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> tuple[int | None, str, str]:
    """Run a command in its own process group; the status is None when the time was up."""
    process = subprocess.Popen(  # noqa: S603 - the project is the user's own
        command,
        cwd=folder,
        env=dict(environment),
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
    return process.returncode, out, err
