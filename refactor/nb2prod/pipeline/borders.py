"""Borders: which files may be copied into a project without the user's asking.

A notebook can name any file of the machine it is planned on, keys and passwords among them. Copied
are regular files, links resolved, from the repository that holds the notebook. Outside of a
repository, they are those below the folder that the few `..` of a path lead to.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nb2prod.text.read_file import read_text_file
from nb2prod.text.secrets import find_secrets

LIMIT = 50_000_000  # bytes; a larger file is not copied
_MOST_PARENTS = 3  # `..` in a path, where there is no repository
_SYSTEM = tuple(map(Path, ("/proc", "/sys", "/dev", "/etc", "/private/etc", "/run", "/boot")))
_TEXT = 1_000_000  # bytes; a longer text was not written by a person


@dataclass(frozen=True, slots=True)
class Copying:
    """The data files that may be copied into a project.

    Attributes:
        limit: The size in bytes above which a file is not copied.
        allowed: Files and folders outside of the notebook's borders.
    """

    limit: int = LIMIT
    allowed: tuple[Path, ...] = ()


COPYING = Copying()


@dataclass(frozen=True)
class Borders:
    """The borders of a notebook.

    Attributes:
        folder: The notebook's folder, links resolved.
        allowed: Files and folders that the user allows in addition.
    """

    folder: Path
    allowed: tuple[Path, ...] = ()

    @cached_property
    def repository(self) -> Path | None:
        """The git repository that holds the notebook; None if there is none."""
        above = (self.folder, *self.folder.parents)
        return next((f for f in above if (f / ".git").exists()), None)

    def refusal(self, path: Path, *, absolute: bool = False) -> str | None:
        """Return why a file or folder is not copied into a project; None if it may be.

        Args:
            path: The file or folder.
            absolute: The notebook names it by an absolute path.
        """
        real = Path(os.path.realpath(path))  # unlike `resolve`, it takes links in a circle
        if any(real.is_relative_to(allowed) for allowed in self.allowed):
            return None
        if any(real.is_relative_to(system) for system in _SYSTEM):
            return f"it belongs to the system; {_option(real)}"
        if any(part.startswith(".") for part in _apart(real, self.folder)):
            return f"it is hidden; {_option(real)}"
        top = self.repository or (self.folder if absolute else self._top(path))
        if not real.is_relative_to(top):
            where = "repository" if self.repository else "folder"
            return f"it is outside of the notebook's {where}; {_option(real)}"
        return None

    def _top(self, path: Path) -> Path:
        """Return the folder that the `..` of a path lead to: the notebook's own, or one above."""
        given = os.path.abspath(path)  # noqa: PTH100  links are not followed
        count = Path(os.path.relpath(given, self.folder)).parts.count("..")
        if not 0 < count <= _MOST_PARENTS:
            return self.folder
        return self.folder.parents[min(count, len(self.folder.parents)) - 1]


def _apart(path: Path, folder: Path) -> tuple[str, ...]:
    """Return the parts of a path that it does not share with a folder."""
    if path.anchor != folder.anchor:
        return path.parts
    return path.relative_to(os.path.commonpath([path, folder])).parts


def _option(real: Path) -> str:
    return f"--bring {real} copies it"


def held_secret(path: Path) -> str | None:
    """Return the secret that a small text file holds; None if it holds none."""
    try:
        text = read_text_file(path, _TEXT)
    except (OSError, UnicodeDecodeError):
        return None
    found = next(find_secrets(text), None)
    return None if found is None else f"it holds {found[1]}"
