"""nbdime in git: `git diff` and `git merge` see notebooks as notebooks.

Git is told which program compares and merges (in its settings), and for which files (in a file of
attributes). Both are only changed where they do not say so yet, and only what was added is removed.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from nb2prod.repository.git import git, top_of
from nb2prod.text.replace_file import replace_file

RULE = "*.ipynb diff=jupyternotebook merge=jupyternotebook"
_OURS = f"# Notebooks are compared by nbdime: nb2prod hooks install\n{RULE}\n"
_SECTIONS = ("diff.jupyternotebook", "merge.jupyternotebook")


class DriverError(Exception):
    """What git cannot be told; the message says why, in one sentence."""


def install(folder: Path, *, everywhere: bool) -> list[str]:
    """Let nbdime compare the notebooks of a repository, or all of the user's.

    Args:
        folder: in the repository.
        everywhere: for all repositories of the user.

    Returns:
        What was changed, one sentence for each; nothing if all was there.

    Raises:
        DriverError: there is no repository, or its settings cannot be changed.
    """
    scope = _scope(folder, everywhere=everywhere)
    done: list[str] = []
    for name, value in _settings():
        if _asked(folder, *scope, "--get", name) != value:
            _told(folder, *scope, name, value)
            done.append(f"set {name}")
    place = _attributes(folder, everywhere=everywhere)
    text = place.read_text("utf-8") if place.is_file() else ""
    if not any(line.split() == RULE.split() for line in text.splitlines()):
        place.parent.mkdir(parents=True, exist_ok=True)
        start = text if not text or text.endswith("\n") else f"{text}\n"
        replace_file(place, f"{start}{_OURS}".encode())
        done.append(f"changed {place}")
    return done


def uninstall(folder: Path, *, everywhere: bool) -> list[str]:
    """Take back what `install` has done; see there."""
    scope = _scope(folder, everywhere=everywhere)
    done: list[str] = []
    for section in _SECTIONS:
        if _asked(folder, *scope, "--get-regexp", rf"^{section.replace('.', '[.]')}[.]"):
            _told(folder, *scope, "--remove-section", section)
            done.append(f"removed {section}")
    place = _attributes(folder, everywhere=everywhere)
    text = place.read_text("utf-8") if place.is_file() else ""
    if _OURS in text:
        left = text.replace(_OURS, "")
        if left:
            replace_file(place, left.encode())
        else:
            place.unlink()
        done.append(f"changed {place}")
    return done


def _settings() -> Iterator[tuple[str, str]]:
    # Git runs these in a shell, wherever the environment of nbdime is active or not.
    python = shlex.quote(Path(sys.executable).as_posix())
    yield "diff.jupyternotebook.command", f"{python} -m nbdime.vcs.git.diffdriver diff"
    driver = f"{python} -m nbdime.vcs.git.mergedriver merge %O %A %B %L %P"
    yield "merge.jupyternotebook.driver", driver
    yield "merge.jupyternotebook.name", "jupyter notebook merge driver"


def _scope(folder: Path, *, everywhere: bool) -> tuple[str, ...]:
    if everywhere:
        return ("--global",)
    if top_of(folder) is None:
        raise DriverError(f"{folder}: no git repository; --global is for all of yours")
    return ("--local",)


def _attributes(folder: Path, *, everywhere: bool) -> Path:
    if not everywhere:
        return (top_of(folder) or folder) / ".gitattributes"
    if given := _asked(folder, "--global", "--get", "core.attributesFile"):
        return Path(given).expanduser()
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path("~/.config").expanduser()) / "git" / "attributes"


def _asked(folder: Path, *arguments: str) -> str:
    return (git(folder, "config", *arguments) or b"").decode("utf-8", "replace").strip()


def _told(folder: Path, *arguments: str) -> None:
    if git(folder, "config", *arguments) is None:
        raise DriverError(f"{folder}: git config {arguments[1]} cannot be changed")
