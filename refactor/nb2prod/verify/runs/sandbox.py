"""Sandboxes: temporary folders in which notebooks and projects run, without changing the user's."""

from __future__ import annotations

import math
import os
import posixpath
import shutil
import sys
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nb2prod.emit.provenance.provenance import Provenance, Source
from nb2prod.processes.scratch import scratch_folder

# Files above this size are linked to, not copied; in a folder of more than _MOST, above _SMALL.
_LARGE, _MOST, _SMALL = 100_000_000, 500_000_000, 1_000_000  # bytes
# Entries around the notebook's folder with more bytes or files are linked to; and all of them
# after so many bytes were copied.
_NEIGHBOUR, _NEIGHBOUR_FILES, _ALL_NEIGHBOURS = 20_000_000, 2000, 100_000_000
_BY_LINK = frozenset({".git", ".dvc", "node_modules"})
_LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints", ".pytest_cache"})


@contextmanager
def copied_sandbox(folder: Path) -> Generator[Path]:
    """Copy a notebook's folder, and the small files and folders next to it, into a sandbox.

    Large or hidden entries next to it, and all entries above, are links. A folder at the root of
    the file system, or right below it, is used as it is.

    Yields:
        The folder in the sandbox.
    """
    if len(folder.parts) < 3:
        yield folder
        return
    with scratch_folder() as top:
        parent = top / folder.parent.name
        parent.mkdir()
        for entry in _entries(folder.parent.parent, folder.parent):
            _link(entry, top / entry.name)
        _copy(folder, parent / folder.name)
        bring_neighbours(_entries(folder.parent, folder, top.resolve()), parent)
        yield parent / folder.name


def _entries(folder: Path, *without: Path) -> list[Path]:
    """Return the entries of a folder; none if it can't be read."""
    try:
        return sorted(entry for entry in folder.iterdir() if entry not in without)
    except OSError:
        return []


def bring_neighbours(entries: Iterable[Path], target: Path) -> None:
    """Copy small entries into a folder, and link to the rest.

    Entries that can't be read, or that another program removes meanwhile, are linked to as well.
    """
    left = _ALL_NEIGHBOURS
    for entry in entries:
        copy = target / entry.name
        try:
            size = _size(entry)
            if size <= left:
                _copy(entry, copy)
                left -= size
                continue
        except OSError:
            shutil.rmtree(copy, ignore_errors=True)
            copy.unlink(missing_ok=True)
        _link(entry, copy)


def _size(path: Path) -> float:
    """Return the bytes in a file or folder; infinity for hidden, linked and large ones."""
    if path.name.startswith(".") or path.is_symlink():
        return math.inf
    size = 0
    for count, file in enumerate(path.rglob("*") if path.is_dir() else [path]):
        size += file.lstat().st_size
        if size > _NEIGHBOUR or count > _NEIGHBOUR_FILES:
            return math.inf
    return size


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        copy_folder(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def copy_folder(source: Path, target: Path, without: Collection[Path] = ()) -> None:
    """Copy a folder, with links to environments, repositories and large files in it.

    The paths in `without`, with all below them, are left out.
    """
    entries = list(_walk(source, without))
    total = sum(path.stat().st_size for path, link in entries if not link)
    large = _LARGE if total <= _MOST else _SMALL
    target.mkdir(parents=True)
    for path, link in entries:
        copy = target / path.relative_to(source)
        if link or path.is_file():
            _bring(path, copy, link=link or path.stat().st_size > large)
        else:
            copy.mkdir()


def _walk(folder: Path, without: Collection[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield files and folders, outer ones first, and whether each has to be a link."""
    for entry in sorted(folder.iterdir()):
        if entry.name in _LEFT_OUT or entry in without:
            continue
        if entry.is_dir():
            outside = entry.is_symlink() or (entry / "pyvenv.cfg").exists()
            link = outside or entry.name in _BY_LINK
            yield entry, link
            yield from () if link else _walk(entry, without)
        elif entry.is_file():  # and no pipe or socket
            yield entry, entry.is_symlink()


def _bring(source: Path, target: Path, *, link: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        _link(source.resolve(), target)
    else:
        shutil.copy2(source, target)


def _link(source: Path, target: Path) -> None:
    if sys.platform != "win32":
        target.symlink_to(source)
        return
    import _winapi  # noqa: PLC0415

    # Windows allows symbolic links to some users only, but junctions and copies to all.
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        if source.is_dir():
            _winapi.CreateJunction(str(source), str(target))
        elif source.is_file():
            shutil.copy2(source, target)


@contextmanager
def rebuilt_sandbox(root: Path, provenance: Provenance) -> Generator[Path]:
    """Copy the data and modules of a project's notebook to where the notebook expects them.

    Files that the notebook names by an absolute path are left out.

    Yields:
        The notebook's folder in the sandbox.
    """
    sources = [s for s in (*provenance.data, *provenance.modules) if not is_absolute(s.read_as)]
    depth = max((_parents_left(s) for s in sources), default=0)
    with scratch_folder() as top:
        folder = top.joinpath(*["above"] * depth, "notebook")
        folder.mkdir(parents=True)
        for source in sources:
            path = Path(os.path.normpath(folder / source.read_as))
            _bring(root / source.path, path, link=source.size > _LARGE)
        yield folder


def is_absolute(path: str) -> bool:
    """Return whether a notebook names a file by an absolute path, on the platform at hand."""
    return path.startswith("/") or Path(path).is_absolute()


def _parents_left(source: Source) -> int:
    """Return how many folders above the notebook's a relative path leads."""
    return posixpath.normpath(source.read_as).split("/").count("..")
