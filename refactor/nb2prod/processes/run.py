"""Run a command to its end, or until a time limit ends it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nb2prod.processes.commands import NEW_GROUP, Command
from nb2prod.processes.guard import watch
from nb2prod.processes.tree import end

_PATIENCE = 2.0  # seconds to wait for the output of a process that was ended


class Finished(NamedTuple):
    """The end of a command.

    Attributes:
        status: its exit status, below 0 the number of the signal that ended it; None where it
            ran into the time limit.
        output: its standard output.
        errors: its standard error.
    """

    status: int | None
    output: str
    errors: str

    @property
    def last_line(self) -> str:
        """The last line on standard error that has letters, else the exit status."""
        lines = [s.strip() for s in self.errors.splitlines() if any(c.isalpha() for c in s)]
        return lines[-1] if lines else f"exit status {self.status}"


def run(
    command: Command, seconds: float, variables: Mapping[str, str], folder: Path | None = None
) -> Finished:
    """Run a command, and return how it ended and its output.

    Args:
        command: what runs; it has no input.
        seconds: after these it is ended, with all that it has started. So it is when this process
            is interrupted or killed.
        variables: its environment variables.
        folder: where it runs; None: the folder of this process.

    Raises:
        OSError: it can't be started.
    """
    variables = dict(variables)
    if sys.platform == "win32":  # elsewhere Python writes UTF-8 into pipes anyway
        variables.setdefault("PYTHONIOENCODING", "utf-8")
    process = subprocess.Popen(  # noqa: S603 - the project is the user's own
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        creationflags=NEW_GROUP,
    )
    try:
        watch(process.pid)
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        end(process.pid)
        return Finished(None, *_rest(process))
    except BaseException:
        end(process.pid)
        _rest(process)
        raise
    return Finished(process.returncode, output, errors)


def _rest(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the output of a process that was ended; empty if another one holds its pipes open."""
    try:
        return process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return "", ""
