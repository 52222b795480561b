"""The files around a notebook that say what it needs, for what is found by comparing it with them.

They are those of the nearest folder that has any: the notebook's own or one above, no further than
the repository reaches. Their times and sizes are part of what kept results depend on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

_NAMES = (
    "requirements.txt",
    "pyproject.toml",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
)
_LARGEST = 1_000_000  # bytes


class Surroundings(NamedTuple):
    """What lies around the notebooks of a folder.

    Attributes:
        folder: where the manifests lie; empty if there are none.
        manifests: for each file its absolute path, time and size.
        edited: texts that fixes have changed, and that are not written yet.
    """

    folder: str = ""
    manifests: tuple[tuple[str, int, int], ...] = ()
    edited: Mapping[str, str] = MappingProxyType({})

    def text(self, path: str) -> str | None:
        """Return what is in a file; None if it is no text file."""
        if path in self.edited:
            return self.edited[path]
        try:
            with open(path, "rb") as stream:
                return stream.read(_LARGEST).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError, ValueError):
            return None

    def with_texts(self, edited: Mapping[str, str]) -> Surroundings:
        """Return the same surroundings with other texts in some of their files."""
        return self._replace(edited={**self.edited, **edited})


class Around:
    """Finds what lies around the notebooks of folders; looks into each folder just once."""

    def __init__(self) -> None:
        """Begin with no folder looked into."""
        self._manifests = cache(_manifests)
        self._is_root = cache(_is_root)

    def __call__(self, folder: str | os.PathLike[str]) -> Surroundings:
        """Return what lies around the notebooks of a folder."""
        at = home = start = os.path.abspath(folder)
        first = found = self._manifests(at)
        while not self._is_root(at):
            parent = os.path.dirname(at)
            if parent == at:
                # Without a repository, what lies above belongs to others.
                return Surroundings(start if first else "", first)
            at = parent
            if not found:
                found = self._manifests(at)
                home = at
        return Surroundings(home if found else "", found)


def around(folder: str | os.PathLike[str]) -> Surroundings:
    """Return what lies around the notebooks of a folder."""
    return Around()(folder)


def _is_root(folder: str) -> bool:
    return os.path.exists(f"{folder}/.git")


def _manifests(folder: str) -> tuple[tuple[str, int, int], ...]:
    found: list[tuple[str, int, int]] = []
    for name in _NAMES:
        path = f"{folder}/{name}"
        try:
            state = os.stat(path)
        except OSError:
            continue
        found.append((path, state.st_mtime_ns, state.st_size))
    return tuple(found)
