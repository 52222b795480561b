"""Changing the files of a project: all of them or none, whatever ends the process.

Before the first file is replaced, a journal in the project lists the changes, and holds the files
as they were. A process that is killed leaves it; the next one takes the changes back with it,
except for files that a person has edited in the meantime.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nb2prod.emit.writer import GeneratedFile, inside, write_file

FOLDER = ".nb2prod/update"
_LIST = "journal.json"


class _Change(NamedTuple):
    """One change.

    Attributes:
        path: The path of the file in the project.
        new: The SHA-256 of the new content; None if the file is removed.
        existed: The file existed before.
    """

    path: str
    new: str | None
    existed: bool


def change_files(root: Path, files: Iterable[GeneratedFile], removed: Iterable[str] = ()) -> None:
    """Write and remove files of a project, whose lock is held.

    Raises:
        OSError: A path is outside of the project, the disk is full, or a file can't be written;
            then nothing is changed.
    """
    folder = inside(root, FOLDER)
    made: list[Path] = []
    try:
        folder.mkdir(parents=True)
        (folder / ".gitignore").write_text("*\n")
        changes = list(_prepared(root, files, removed, made))
        _write_list(folder, changes, [f.relative_to(root).as_posix() for f in made])
        for number, change in enumerate(changes):
            target = root / change.path
            if change.new is None:
                target.unlink()
            else:
                os.replace(folder / f"{number}.new", target)  # noqa: PTH105
    except BaseException:
        take_back(root)
        for empty in reversed(made):
            with suppress(OSError):
                empty.rmdir()
        raise
    (folder / _LIST).unlink()  # from here on, nothing is taken back
    shutil.rmtree(folder, ignore_errors=True)


def _prepared(
    root: Path, files: Iterable[GeneratedFile], removed: Iterable[str], made: list[Path]
) -> Iterator[_Change]:
    """Write the new files, and keep the old ones, in the journal's folder."""
    folder = root / FOLDER
    number = 0
    for file in files:
        target = inside(root, file.path)
        made += _make_folders(target.parent)
        new = folder / f"{number}.new"
        write_file(new, file)
        if target.is_file():
            shutil.copymode(target, new)
        yield _Change(file.path, digest(new), _kept(target, folder / f"{number}.old"))
        number += 1
    for path in removed:
        if _kept(inside(root, path), folder / f"{number}.old"):
            yield _Change(path, None, existed=True)
            number += 1


def _kept(target: Path, copy: Path) -> bool:
    """Keep a file as it is; return whether it exists."""
    if not target.is_file():
        return False
    try:
        os.link(target, copy)
    except OSError:  # the file system has no such links
        shutil.copy2(target, copy)
    return True


def _write_list(folder: Path, changes: list[_Change], made: list[str]) -> None:
    content = json.dumps({"changes": changes, "folders": made})
    unfinished = folder / f"{_LIST}.new"
    with unfinished.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(unfinished, folder / _LIST)  # noqa: PTH105


def take_back(root: Path) -> None:
    """Take back the changes of a process that did not finish, if there was one.

    Raises:
        OSError: A path in the journal is outside of the project; then nothing is changed.
    """
    folder = inside(root, FOLDER)
    try:
        content = json.loads((folder / _LIST).read_bytes())
        changes = [_Change(*change) for change in content["changes"]]
        made = [str(path) for path in content["folders"]]
    except (OSError, ValueError, TypeError, KeyError):  # it had not begun to change files
        changes, made = [], []
    folders = [inside(root, path) for path in made]
    targets = [inside(root, change.path) for change in changes]
    for number, (change, target) in enumerate(zip(changes, targets, strict=True)):
        old = folder / f"{number}.old"
        if change.new != (digest(target) if target.is_file() else None):
            continue  # not changed yet, or edited by a person since
        if change.existed and old.is_file():
            os.replace(old, target)  # noqa: PTH105
        elif not change.existed:
            target.unlink()
    for made_folder in reversed(folders):
        with suppress(OSError):  # not empty
            made_folder.rmdir()
    (folder / _LIST).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and its missing parents, and return those that were made, outermost first."""
    missing = [f for f in (folder, *folder.parents) if not f.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
