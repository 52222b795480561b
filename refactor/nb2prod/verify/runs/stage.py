"""Run a stage of a project in a fresh process, and observe what its functions return."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nb2prod.processes.commands import shell_command
from nb2prod.processes.run import Finished, run
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.runs.dvc_commands import Command
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.observed_value import ObservedValue, observed_value
from nb2prod.verify.runs.probes import probe_script
from nb2prod.verify.runs.shown import Event, shown_by_stage


@dataclass(frozen=True, slots=True)
class Watch:
    """A function to watch, in whichever module of the package it is.

    Attributes:
        function: its name.
        returns: the names of the values that it returns.
        stored: those of them whose file format the probe finds too.
    """

    function: str
    returns: tuple[str, ...]
    stored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageRun:
    """A run of a stage.

    Attributes:
        values: the values that each function returned: function -> name -> value; None where it
            returned a different number of them.
        functions: the watched functions that exist, called or not.
        shown: the text that the stage printed, and the values that it displayed.
        loaded: the top-level modules that it loaded.
        failure: its error, with the line that raised it; None if it succeeded.
        timed_out: whether the time limit was reached.
    """

    values: Mapping[str, Mapping[str, ObservedValue] | None]
    functions: frozenset[str]
    shown: tuple[Event, ...]
    loaded: frozenset[str]
    failure: str | None
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Seeding:
    """The state of the global random generators when a stage begins.

    Attributes:
        libraries: the libraries whose generators are seeded before the first stage.
        reseeded: those whose state the project restores itself: they begin with `seed`, so that
            a project that does not restore it differs.
        seed: a seed that the notebook does not use.
        state: the file that carries the state of the generators from stage to stage.
    """

    libraries: Sequence[str]
    reseeded: Sequence[str]
    seed: int
    state: Path


def run_stage(
    project: Path,
    command: Command,
    package: str,
    watches: Sequence[Watch],
    seeding: Seeding,
    environment: Environment,
) -> StageRun:
    """Run a stage of a project, as `dvc repro` does, and observe what its functions return."""
    # A different hash seed than the notebook's, so that values that depend on it differ.
    variables = {**os.environ, "PYTHONHASHSEED": "1", "MPLBACKEND": "Agg"}
    variables["PATH"] = os.pathsep.join(
        [str(Path(environment.python).parent), os.environ.get("PATH", os.defpath)]
    )
    with scratch_folder() as scratch:
        script = probe_script(scratch, "stage")
        config = {
            "package": package,
            "watches": [asdict(w) for w in watches],
            "script": command.script,
            "arguments": command.arguments,
            "seeded": list(seeding.libraries),
            "reseeded": list(seeding.reseeded),
            "seed": seeding.seed,
            "state": str(seeding.state),
            "result": str(scratch / "calls.json"),
        }
        (scratch / "config.json").write_text(json.dumps(config), "utf-8")
        watched = [environment.python, str(script), str(scratch / "config.json")]
        line = watched if command.script else shell_command(command.line)
        finished = run(line, environment.seconds_left, variables, project)
        result = scratch / "calls.json"
        found: dict[str, Any] = {"calls": {}, "functions": [], "loaded": [], "failure": None}
        if finished.status is not None and result.exists():
            found = json.loads(result.read_text("utf-8"))
    values = {
        name: None if returned is None else {n: observed_value(v) for n, v in returned.items()}
        for name, returned in found["calls"].items()
    }
    return StageRun(
        values,
        frozenset(found["functions"]),
        tuple(shown_by_stage(finished.output)),
        frozenset(found["loaded"]),
        _failure(finished, found["failure"]),
        finished.status is None,
    )


def _failure(finished: Finished, known: str | None) -> str | None:
    """Return why a run failed: the exception if it is known, else the last line of its output."""
    if finished.status == 0:
        return None
    if finished.status is None:
        return "the time limit was reached"
    if known:
        return known
    if finished.status < 0:
        return f"killed by {signal.Signals(-finished.status).name}"
    return finished.last_line
