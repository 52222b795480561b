"""Asking git about a folder that may be anybody's."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Nothing that the settings of a repository name may be started.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=off")


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """Return what a git command writes; None if it fails, or if there is no git.

    Args:
        folder: where it runs.
        arguments: the command, which starts nothing that a repository could name.
        given: what it gets on standard input.
    """
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *_SAFE, *arguments],  # noqa: S607
            cwd=folder,
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout


def top_of(folder: Path) -> Path | None:
    """Return the folder of the repository that a folder lies in; None if it lies in none."""
    here = folder.absolute()
    return next((f for f in (here, *here.parents) if (f / ".git").exists()), None)
