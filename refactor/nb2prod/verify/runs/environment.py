"""The user's Python, and what is installed for it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nb2prod.emit.requirements import Distribution, Installed
from nb2prod.processes.run import run
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.runs.probes import probe_script

# Distributions that run notebooks, and read a project's parameters; and a module of each.
_NEEDED = {"ipykernel": "ipykernel", "pyyaml": "yaml"}
_OLDEST = (3, 9)  # that runs generated projects
_PATIENCE = 60.0  # seconds for a Python to describe itself


class PythonError(Exception):
    """The Python that was named can't run a project; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The Python that runs notebook and project, its deadline, and a callback for progress.

    Attributes:
        python: the absolute path of the interpreter.
        deadline: the time, of `time.monotonic`, at which runs are ended.
        progress: called with a short text whenever a step of the work begins.
        installed: the distributions in its environment.
        missing: the distributions that it lacks and can't run a notebook without.
    """

    python: str
    deadline: float
    progress: Callable[[str], None]
    installed: Installed
    missing: tuple[str, ...]

    @property
    def seconds_left(self) -> float:
        """The seconds until the deadline, at least a tenth."""
        return max(0.1, self.deadline - time.monotonic())


def environment_of(python: str, deadline: float, progress: Callable[[str], None]) -> Environment:
    """Start a Python, and return it with a description of its environment.

    Raises:
        PythonError: it is no working Python, or one that is too old.
    """
    # The link is not resolved: by its path, Python finds the virtual environment.
    python = str(Path(shutil.which(python) or python).absolute())
    found = _described(python)
    version = tuple(int(part) for part in found["python"].split(".")[:2])
    if version < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise PythonError(
            f"{python} is Python {found['python']}; a project needs {oldest} or newer"
        )
    distributions = {
        key: Distribution(d["name"], d["version"], tuple(d["requires"]), d["url"])
        for key, d in found["distributions"].items()
    }
    missing = [n for n, module in _NEEDED.items() if module not in found["modules"]]
    installed = Installed(found["python"], found["markers"], distributions, found["owners"])
    return Environment(python, deadline, progress, installed, tuple(missing))


def _described(python: str) -> dict[str, Any]:
    with scratch_folder() as folder:
        script = probe_script(folder, "environment")
        try:
            finished = run([python, str(script)], _PATIENCE, os.environ)
        except OSError as error:
            raise PythonError(f"{python} can't be started: {error.strerror}") from None
    if finished.status is None:
        raise PythonError(f"{python} is no Python: it gave no answer in {_PATIENCE:.0f} seconds")
    try:
        return json.loads(finished.output.splitlines()[-1])
    except (IndexError, ValueError):
        raise PythonError(f"{python} is no working Python") from None
