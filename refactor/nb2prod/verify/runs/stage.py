"""Run a stage of a project in a fresh process, and describe what its functions return."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nb2prod.processes.commands import shell_command
from nb2prod.processes.run import Finished, run
from nb2prod.verify.runs.dvc_commands import Command
from nb2prod.verify.runs.environment import Environment, probe_source
from nb2prod.verify.runs.observed_value import Seen, seen


@dataclass(frozen=True, slots=True)
class Watch:
    """A function to watch, wherever in the package it is.

    `returns` are the names of the values it returns; of those in `stored` the file format is found.
    """

    function: str
    returns: tuple[str, ...]
    stored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageRun:
    """A run of a stage.

    Attributes:
        values: what each function returned: function -> name -> value; None where it returned
            another number of values.
        functions: the watched functions that are there, called or not.
        printed: the lines that it printed.
        loaded: the top-level modules that it loaded.
        failure: its error, with the place; None where it went well.
        timed_out: the time limit was reached.
    """

    values: Mapping[str, Mapping[str, Seen] | None]
    functions: frozenset[str]
    printed: tuple[str, ...]
    loaded: frozenset[str]
    failure: str | None
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Chance:
    """What the global random generators are to give in a stage.

    Attributes:
        libraries: those whose generators are seeded before the first stage.
        own: those that the project has to set itself: they begin with another seed.
        seed: for these.
        state: the file from which the others go on, where it is.
    """

    libraries: Sequence[str]
    own: Sequence[str]
    seed: int
    state: Path


def run_stage(
    project: Path,
    command: Command,
    package: str,
    watches: Sequence[Watch],
    chance: Chance,
    environment: Environment,
) -> StageRun:
    """Run a stage of a project, as `dvc repro` does, and look at what its functions return."""
    # Another hash seed than the notebook's: what depends on it must not pass for equal.
    variables = {**os.environ, "PYTHONHASHSEED": "1", "MPLBACKEND": "Agg"}
    variables["PATH"] = os.pathsep.join(
        [str(Path(environment.python).parent), os.environ.get("PATH", os.defpath)]
    )
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as folder:
        place = Path(folder)
        (place / "probe.py").write_text(probe_source("stage"), "utf-8")
        config = {
            "fingerprint": probe_source("fingerprint"),
            "package": package,
            "watches": [asdict(w) for w in watches],
            "script": command.script,
            "arguments": command.arguments,
            "seeded": list(chance.libraries),
            "own": list(chance.own),
            "seed": chance.seed,
            "state": str(chance.state),
            "result": str(place / "calls.json"),
        }
        (place / "config.json").write_text(json.dumps(config), "utf-8")
        watched = [environment.python, str(place / "probe.py"), str(place / "config.json")]
        line = watched if command.script else shell_command(command.line)
        finished = run(line, environment.seconds_left, variables, project)
        written = place / "calls.json"
        found: dict[str, Any] = {"calls": {}, "functions": [], "loaded": [], "failure": None}
        if written.exists():
            found = json.loads(written.read_text("utf-8"))
    values = {
        name: None if given is None else {n: seen(v) for n, v in given.items()}
        for name, given in found["calls"].items()
    }
    return StageRun(
        values,
        frozenset(found["functions"]),
        tuple(finished.output.splitlines()),
        frozenset(found["loaded"]),
        _failure(finished, found["failure"]),
        finished.status is None,
    )


def _failure(finished: Finished, known: str | None) -> str | None:
    """Return why a run failed: the exception if it is known, else what the process left."""
    if finished.status == 0:
        return None
    if finished.status is None:
        return "the time limit was reached"
    if known:
        return known
    if finished.status < 0:
        return f"it was ended by {signal.Signals(-finished.status).name}"
    return finished.last_line
