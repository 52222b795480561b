"""Repositories for tests, really made with git."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

_NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular; return what it writes."""
    run = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **_NOBODY},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files with their folders."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def repository(
    folder: Path, files: Mapping[str, str | bytes], untracked: Iterable[str] = ()
) -> Path:
    """Write files, and let git keep all but those that are untracked."""
    write(folder, files)
    git(folder, "init", "-q")
    kept = [name for name in files if name not in untracked]
    if kept:
        git(folder, "add", "-f", "--", *kept)
    return folder
