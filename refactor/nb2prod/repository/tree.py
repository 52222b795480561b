"""The files of a repository, read only as needed and never outside of it."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from nb2prod.repository.discovery import NEVER, excluded
from nb2prod.repository.git import git, top_of

_MAX_TEXT = 2_000_000  # bytes; longer texts were not written by a person
_MAX_FILES = 200_000


@dataclass(frozen=True)
class Tree:
    """The files of a folder. Paths are relative to it, with slashes, and case-sensitive.

    Attributes:
        root: the folder.
        top: the root of the git repository that contains it; None if there is none.
        files: all files that git does not ignore; without git, all but caches and environments.
        tracked: the files that git tracks.
        edited: by path, texts that fixes have changed and that are not written yet.
    """

    root: Path
    top: Path | None
    files: frozenset[str]
    tracked: frozenset[str]
    edited: Mapping[str, str] = field(default_factory=dict[str, str])
    _texts: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    _listings: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def text(self, path: str) -> str | None:
        """Return the text of a file; None if it is missing, binary, very large or a link."""
        if path in self.edited:
            return self.edited[path]
        if path not in self._texts:
            self._texts[path] = _decoded(self.beginning(path, _MAX_TEXT + 1))
        return self._texts[path]

    def beginning(self, path: str, count: int) -> bytes | None:
        """Return the first bytes of a file; None if it is not a regular file in the folder."""
        place = self.root / path
        try:
            if not stat.S_ISREG(place.lstat().st_mode) or not self._inside(place):
                return None
            with place.open("rb") as stream:
                return stream.read(count)
        except (OSError, ValueError):
            return None

    def size(self, path: str) -> int:
        """Return the size of a file in bytes; 0 if it is not a regular file."""
        try:
            state = (self.root / path).lstat()
        except (OSError, ValueError):
            return 0
        return state.st_size if stat.S_ISREG(state.st_mode) else 0

    def exists(self, path: str) -> bool:
        """Return whether a file or folder exists, ignored or not, with exactly this spelling."""
        if path in self.files or path in self.folders or path in self.edited or path in {"", "."}:
            return True
        at = ""
        for part in path.split("/"):
            if part not in self._names_in(at):
                return False
            at = posixpath.join(at, part)
        return True

    def alike(self, path: str, others: Iterable[str] = ()) -> str | None:
        """Return the file or folder whose path differs only in upper and lower case."""
        folded = path.casefold()
        found = (p for p in (*others, *self.files, *self.folders) if p.casefold() == folded)
        return next((p for p in found if p != path), None)

    def matching(self, *patterns: str) -> Iterator[str]:
        """Yield the files that a pattern matches: by path if it has a slash, else by name."""
        for path in sorted(self.files):
            name = posixpath.basename(path)
            if any(fnmatch(path if "/" in p else name, p) for p in patterns):
                yield path

    def around(self, *names: str) -> bool:
        """Return whether one of these exists in the folder, or above it in the same repository."""
        if any(self.exists(name) for name in names):
            return True
        above = [f for f in self.root.absolute().parents if self.top and f.is_relative_to(self.top)]
        return any((folder / name).exists() for folder in above for name in names)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that contain files."""
        found: set[str] = set()
        for path in self.files:
            while (path := posixpath.dirname(path)) and path not in found:
                found.add(path)
        return frozenset(found)

    def _inside(self, place: Path) -> bool:
        return place.parent.resolve().is_relative_to(self.root.resolve())

    def _names_in(self, folder: str) -> frozenset[str]:
        if folder not in self._listings:
            place = self.root / folder
            try:
                names = (
                    frozenset(entry.name for entry in place.iterdir())
                    if self._inside(place / "x")
                    else frozenset[str]()
                )
            except (OSError, ValueError):
                names = frozenset[str]()
            self._listings[folder] = names
        return self._listings[folder]


def read_tree(root: Path, exclude: Iterable[str] = ()) -> Tree:
    """Return the files of a folder.

    Args:
        root: the folder.
        exclude: patterns of excluded paths.
    """
    top = top_of(root)
    patterns = tuple(exclude)
    tracked = _listed(root, "--cached") if top else None
    if tracked is None:
        return Tree(root, top, _kept(_walked(root), patterns), frozenset())
    others = _listed(root, "--others", "--exclude-standard") or ()
    kept = _kept(tracked, patterns)
    return Tree(root, top, kept | _kept(others, patterns), kept)


def _listed(root: Path, *options: str) -> list[str] | None:
    written = git(root, "ls-files", "-z", *options)
    if written is None:
        return None
    return [path for path in os.fsdecode(written).split("\0") if path]


def _walked(root: Path) -> Iterator[str]:
    count = 0
    for parent, folders, names in os.walk(root):
        inner = os.path.relpath(parent, root).replace(os.sep, "/")
        never = {"cache", "tmp"} if inner == ".dvc" else NEVER - {".dvc"}
        folders[:] = sorted(set(folders) - never)
        for name in sorted(names):
            count += 1
            if count > _MAX_FILES:
                return
            yield name if inner == "." else f"{inner}/{name}"


def _kept(paths: Iterable[str], patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(p for p in paths if not excluded(p, patterns))


def _decoded(content: bytes | None) -> str | None:
    if content is None or len(content) > _MAX_TEXT or b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
