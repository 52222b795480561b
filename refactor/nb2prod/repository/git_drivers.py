"""Set up nbdime as git's diff and merge driver for notebooks.

Git's settings name the driver, and a file of attributes says for which files it is used. Both are
changed only where needed, and uninstalling removes only what was added.
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
# Uninstalling looks for this text, so it must not change.
_OURS = f"# Notebooks are compared by nbdime: nb2prod hooks install\n{RULE}\n"
_SECTIONS = ("diff.jupyternotebook", "merge.jupyternotebook")


class DriverError(Exception):
    """The drivers cannot be set up; the message says why, in one sentence."""


def install(folder: Path, *, everywhere: bool) -> list[str]:
    """Make nbdime the driver for the notebooks of one repository, or of all of the user's.

    Args:
        folder: a folder in the repository.
        everywhere: set it up for all repositories of the user.

    Returns:
        The changes, one sentence each; empty if everything was set up already.

    Raises:
        DriverError: the folder is not in a repository, or git's settings cannot be changed.
    """
    scope = _scope(folder, everywhere=everywhere)
    done: list[str] = []
    for name, value in _settings():
        if _get_setting(folder, *scope, "--get", name) != value:
            _change_setting(folder, *scope, name, value)
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
    """Undo `install`; the arguments, results and errors are the same."""
    scope = _scope(folder, everywhere=everywhere)
    done: list[str] = []
    for section in _SECTIONS:
        if _get_setting(folder, *scope, "--get-regexp", rf"^{section.replace('.', '[.]')}[.]"):
            _change_setting(folder, *scope, "--remove-section", section)
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
    # Git runs these in a shell, in which the environment of nbdime may not be active.
    python = shlex.quote(Path(sys.executable).as_posix())
    yield "diff.jupyternotebook.command", f"{python} -m nbdime.vcs.git.diffdriver diff"
    driver = f"{python} -m nbdime.vcs.git.mergedriver merge %O %A %B %L %P"
    yield "merge.jupyternotebook.driver", driver
    yield "merge.jupyternotebook.name", "jupyter notebook merge driver"


def _scope(folder: Path, *, everywhere: bool) -> tuple[str, ...]:
    if everywhere:
        return ("--global",)
    if top_of(folder) is None:
        raise DriverError(
            f"{folder}: not in a git repository; use --global to set it up for all of yours"
        )
    return ("--local",)


def _attributes(folder: Path, *, everywhere: bool) -> Path:
    if not everywhere:
        return (top_of(folder) or folder) / ".gitattributes"
    if given := _get_setting(folder, "--global", "--get", "core.attributesFile"):
        return Path(given).expanduser()
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path("~/.config").expanduser()) / "git" / "attributes"


def _get_setting(folder: Path, *arguments: str) -> str:
    return (git(folder, "config", *arguments) or b"").decode("utf-8", "replace").strip()


def _change_setting(folder: Path, *arguments: str) -> None:
    if git(folder, "config", *arguments) is None:
        raise DriverError(f"{folder}: git config {arguments[1]} cannot be changed")
