"""Commands to start processes with: modules of nb2prod, lines for a shell, a folder's Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

Command = Sequence[str] | str  # the latter for Windows, where programs split it themselves

# With `start_new_session`, which Windows ignores: no signal for this process reaches the new one.
NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0

# So that a shell reads no settings of the user; as DVC has it.
_SHELL_OPTIONS = {"bash": ["--noprofile", "--norc"], "zsh": ["--no-rcs"]}


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in a process; it needs `module_variables`."""
    return [sys.executable, "-P", "-m", module, *arguments]


def module_variables() -> dict[str, str]:
    """Return variables with which a process imports from the same folders as this one.

    With the option -P of `module_command` it never imports from the folder in which it works.
    """
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def shell_command(line: str) -> Command:
    """Return the command that runs a line of `dvc.yaml` in the shell that DVC takes."""
    if sys.platform == "win32":
        return f'{os.environ.get("COMSPEC", "cmd.exe")} /c "{line}"'
    shell = os.environ.get("SHELL") or "/bin/sh"
    return [shell, *_SHELL_OPTIONS.get(Path(shell).name.lower(), ()), "-c", line]


def environment_python(folder: Path) -> Path:
    """Return the path of Python in a virtual environment."""
    if sys.platform == "win32":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"
