"""Folders to run things in, so that a run changes nothing of the user's."""

from __future__ import annotations

import math
import os
import posixpath
import shutil
import tempfile
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nb2prod.emit.provenance.provenance import Provenance, Source

# Files above this size are linked to, not copied; of a folder with more than _MOST, above _SMALL.
_LARGE, _MOST, _SMALL = 100_000_000, 500_000_000, 1_000_000  # bytes
# Bytes and files: what lies beside with more of them is linked to; bytes of all that is copied.
_BESIDE, _MANY, _ALL_BESIDE = 20_000_000, 2000, 100_000_000
_BY_LINK = frozenset({".git", ".dvc", "node_modules"})
_LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints", ".pytest_cache"})


@contextmanager
def copied(folder: Path) -> Generator[Path]:
    """Give a copy of a folder, with copies of what is small beside it: a run may write there too.

    What is larger, hidden or above is reached as before. A folder at the root of the file system,
    or right below it, is used as it is.
    """
    if len(folder.parts) < 3:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as root:
        top = Path(root)
        inner = top / folder.parent.name
        inner.mkdir()
        _link(_listed(folder.parent.parent, folder.parent), top)
        _copy(folder, inner / folder.name)
        bring_beside(_listed(folder.parent, folder, top.resolve()), inner)
        yield inner / folder.name


def _listed(folder: Path, *without: Path) -> list[Path]:
    """Return what lies in a folder; nothing if that may not be known."""
    try:
        return sorted(entry for entry in folder.iterdir() if entry not in without)
    except OSError:
        return []


def _link(entries: Iterable[Path], target: Path) -> None:
    for entry in entries:
        (target / entry.name).symlink_to(entry)


def bring_beside(entries: Iterable[Path], target: Path) -> None:
    """Copy what is small into a folder, and link to the rest.

    Other programs work there too: what may not be read is linked to, and so is what has gone.
    """
    left = _ALL_BESIDE
    for entry in entries:
        place = target / entry.name
        try:
            size = _size(entry)
            if size <= left:
                _copy(entry, place)
                left -= size
                continue
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            place.unlink(missing_ok=True)
        place.symlink_to(entry)


def _size(path: Path) -> float:
    """Return how many bytes a file or folder holds; infinity for what is hidden, or holds a lot."""
    if path.name.startswith(".") or path.is_symlink():
        return math.inf
    size = 0
    for count, file in enumerate(path.rglob("*") if path.is_dir() else [path]):
        size += file.lstat().st_size
        if size > _BESIDE or count > _MANY:
            return math.inf
    return size


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        copy_folder(source, target)
    elif source.is_file():
        _bring(source, target, link=False)


def copy_folder(source: Path, target: Path, without: Collection[Path] = ()) -> None:
    """Copy a folder; environments, repositories and large files in it are linked to.

    What lies at one of the paths `without` is left out.
    """
    entries = list(_entries(source, without))
    total = sum(path.stat().st_size for path, link in entries if not link)
    large = _LARGE if total <= _MOST else _SMALL
    target.mkdir(parents=True)
    for path, link in entries:
        here = target / path.relative_to(source)
        if link or path.is_file():
            _bring(path, here, link=link or path.stat().st_size > large)
        else:
            here.mkdir()


def _entries(folder: Path, without: Collection[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield files and folders, outer ones first, and whether they are linked to in any case."""
    for entry in sorted(folder.iterdir()):
        if entry.name in _LEFT_OUT or entry in without:
            continue
        if entry.is_dir():
            outside = entry.is_symlink() or (entry / "pyvenv.cfg").exists()
            link = outside or entry.name in _BY_LINK
            yield entry, link
            yield from () if link else _entries(entry, without)
        elif entry.is_file():  # and no pipe or socket
            yield entry, entry.is_symlink()


def _bring(source: Path, target: Path, *, link: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        target.symlink_to(source.resolve())
    else:
        shutil.copy2(source, target)


@contextmanager
def rebuilt(root: Path, provenance: Provenance) -> Generator[Path]:
    """Give a folder with what the notebook of a project reads and imports, as the project has it.

    What is named by an absolute path is not brought.
    """
    sources = [s for s in (*provenance.data, *provenance.modules) if not s.read_as.startswith("/")]
    depth = max((_ups(s) for s in sources), default=0)
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as top:
        folder = Path(top, *["above"] * depth, "notebook")
        folder.mkdir(parents=True)
        for source in sources:
            place = Path(os.path.normpath(folder / source.read_as))
            _bring(root / source.path, place, link=source.size > _LARGE)
        yield folder


def _ups(source: Source) -> int:
    return posixpath.normpath(source.read_as).split("/").count("..")
