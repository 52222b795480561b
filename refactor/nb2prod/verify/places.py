"""Folders to run things in, so that a run changes nothing of the user's."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path

from nb2prod.emit.provenance import Provenance, Source

_LARGE = 20_000_000  # bytes; a larger file is linked to, not copied
_BY_LINK = frozenset({".git", ".dvc", "node_modules"})
_LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints", ".pytest_cache"})


@contextmanager
def copied(folder: Path) -> Generator[Path]:
    """Give a copy of a folder; what lies beside it and above is reached as before.

    A folder at the root of the file system, or right below it, is used as it is.
    """
    if len(folder.parts) < 3:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as root:
        top = Path(root)
        inner = top / folder.parent.name
        inner.mkdir()
        for entry in folder.parent.parent.iterdir():
            if entry != folder.parent:
                (top / entry.name).symlink_to(entry)
        for entry in folder.parent.iterdir():
            if entry != folder:
                (inner / entry.name).symlink_to(entry)
        copy_folder(folder, inner / folder.name)
        yield inner / folder.name


def copy_folder(source: Path, target: Path, without: Collection[Path] = ()) -> None:
    """Copy a folder; environments, repositories and large files in it are linked to.

    What lies at one of the paths `without` is left out.
    """
    target.mkdir(parents=True)
    for entry in source.iterdir():
        here = target / entry.name
        if entry.name in _LEFT_OUT or entry in without:
            continue
        if entry.is_symlink():
            here.symlink_to(entry.resolve())
        elif entry.is_dir():
            if entry.name in _BY_LINK or (entry / "pyvenv.cfg").exists():
                here.symlink_to(entry)
            else:
                copy_folder(entry, here, without)
        elif entry.is_file():
            _bring(entry, here)


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_size > _LARGE:
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
            _bring(root / source.path, Path(os.path.normpath(folder / source.read_as)))
        yield folder


def _ups(source: Source) -> int:
    return posixpath.normpath(source.read_as).split("/").count("..")
