"""Run git commands in folders that are not trusted."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Git must not run programs that the repository's settings name.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=off")


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """Return the output of a git command; None if it fails or git is not installed.

    Args:
        folder: the working directory.
        arguments: the command; it must not be one that runs programs named by the repository.
        given: the standard input.
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
    """Return the root of the repository that contains a folder; None if there is none."""
    here = folder.absolute()
    return next((f for f in (here, *here.parents) if (f / ".git").exists()), None)
