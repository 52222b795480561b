"""Nearest manifests: the requirements files that hold for the notebooks of a folder.

They are those of the nearest folder that has any: the notebook's own or one above it, up to the
root of the repository. Cached results depend on their times and sizes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from nb2prod.text.read_file import read_beginning

_NAMES = (
    "requirements.txt",
    "pyproject.toml",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
)
_MAX_SIZE = 1_000_000  # bytes


class NearestManifests(NamedTuple):
    """The requirements files that hold for the notebooks of a folder.

    Attributes:
        folder: the folder of the files; empty if there are none.
        manifests: absolute path, modification time in nanoseconds and size of each file.
        edited: by path, texts that fixes have changed and that are not written yet.
    """

    folder: str = ""
    manifests: tuple[tuple[str, int, int], ...] = ()
    edited: Mapping[str, str] = MappingProxyType({})

    def text(self, path: str) -> str | None:
        """Return the text of a file; None if it is missing or not text."""
        if path in self.edited:
            return self.edited[path]
        try:
            return read_beginning(path, _MAX_SIZE).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError, ValueError):
            return None

    def with_texts(self, edited: Mapping[str, str]) -> NearestManifests:
        """Return the same files, some of them with a new text."""
        return self._replace(edited={**self.edited, **edited})


class ManifestFinder:
    """Finds the nearest manifests of many folders, and looks into each folder only once."""

    def __init__(self) -> None:
        """Begin without known folders."""
        self._manifests = cache(_manifests)
        self._is_root = cache(_is_root)

    def find(self, folder: str | os.PathLike[str]) -> NearestManifests:
        """Return the requirements files that hold for the notebooks of a folder."""
        at = home = start = os.path.abspath(folder)
        first = found = self._manifests(at)
        while not self._is_root(at):
            parent = os.path.dirname(at)
            if parent == at:
                # Outside a repository, the files of other folders belong to other projects.
                return NearestManifests(start if first else "", first)
            at = parent
            if not found:
                found = self._manifests(at)
                home = at
        return NearestManifests(home if found else "", found)


def nearest_manifests(folder: str | os.PathLike[str]) -> NearestManifests:
    """Return the requirements files that hold for the notebooks of a folder."""
    return ManifestFinder().find(folder)


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
