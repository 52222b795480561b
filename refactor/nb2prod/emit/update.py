"""Updating a project without losing the user's changes: a three-way merge.

The project stores what was generated the last time: the texts, and the checksums of all other
files. If the user has changed a text and it is generated differently now, both changes are merged
line by line.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from merge3 import Merge3

from nb2prod.emit.journal import FOLDER as UNFINISHED
from nb2prod.emit.journal import change_files, digest, take_back
from nb2prod.emit.writer import GeneratedFile, inside, write_files
from nb2prod.processes.lock import locked
from nb2prod.text.temporary import prefix, remove_forgotten

BASE = ".nb2prod/generated.zip"
_SUMS = ".nb2prod/SHA256SUMS"  # an entry of BASE, with a line for each file that is not text
_MOST_BYTES = 200_000_000  # of all texts in BASE
# Any of these can come out of an archive that somebody has tampered with.
_UNREADABLE = (
    zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, zlib.error, EOFError,
)  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can have


class FolderError(Exception):
    """The project can't be written to its folder; the message says why."""


@dataclass(frozen=True, slots=True)
class Update:
    """The files that the user had changed, by what an update did to them."""

    kept: tuple[str, ...] = ()  # generated as before
    merged: tuple[str, ...] = ()  # have both changes
    conflicts: tuple[str, ...] = ()  # kept; the new version is next to them, as `NAME.new`


def write_project(root: Path, files: Iterable[GeneratedFile]) -> Update:
    """Write a project, all of it or nothing, and keep the user's changes.

    Raises:
        FolderError: The folder holds something else, or can't be written to.
    """
    files = list(files)
    check_folder(root)
    try:
        return _update(root, files) if root.exists() else _create(root, files)
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from error


def check_folder(root: Path) -> None:
    """Check that a project can be written to a folder.

    Raises:
        FolderError: It is a file, holds something else, or can't be written to.
    """
    try:
        above = next(p for p in (root, *root.absolute().parents) if p.is_symlink() or p.exists())
        if not above.is_dir():
            raise FolderError(f"{above}: not a folder")
        if not os.access(above, os.W_OK):
            raise FolderError(f"{above}: no permission to write to it")
        if above == root and any(root.iterdir()) and not (root / BASE).is_file():
            raise FolderError(
                f"{root}: not empty, and not a project made by nb2prod; choose another folder"
            )
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from None


def _create(root: Path, files: list[GeneratedFile]) -> Update:
    root.parent.mkdir(parents=True, exist_ok=True)
    remove_forgotten(root.parent)
    temporary = Path(tempfile.mkdtemp(dir=root.parent, prefix=prefix()))
    try:
        write_files(temporary, [*files, _packed(_Made.of(files))])
        temporary.chmod(0o755)
        os.replace(temporary, root)  # noqa: PTH105
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Update()


def _update(root: Path, files: list[GeneratedFile]) -> Update:
    with locked(root):
        take_back(root)
        last, new = _last_time(root), _Made.of(files)
        update, changed = _changes(root, last, files, new)
        stale = _stale(root, last, {f.path for f in files})
        change_files(root, [*changed, _packed(new)], stale)
    return update


def take_back_unfinished(root: Path) -> None:
    """Take back an update of a project that was killed before its end, if there was one.

    Raises:
        FolderError: Another process writes to the project, or what the update did is unreadable.
    """
    if not (root / UNFINISHED).exists():
        return
    try:
        with locked(root):
            take_back(root)
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from error


def rewrite(root: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write files of a project, and record them as generated.

    Args:
        root: The project.
        texts: Path of a file -> its text, and the text to record as generated.

    Raises:
        FolderError: The folder can't be written to.
    """
    files = [GeneratedFile(path, text) for path, (text, _) in texts.items()]
    generated = {path: text for path, (_, text) in texts.items()}
    try:
        with locked(root):
            take_back(root)
            last = _last_time(root)
            made = _Made({**last.texts, **generated}, last.sums)
            change_files(root, [*files, _packed(made)])
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from error


def last_text(root: Path, path: str) -> str | None:
    """Return the text of a file as it was last generated; None if it was not."""
    return _last_time(root).texts.get(path)


@dataclass(frozen=True, slots=True)
class _Made:
    """The files generated at one time: path -> text, and path -> SHA-256 of the other files."""

    texts: Mapping[str, str]
    sums: Mapping[str, str]

    @classmethod
    def of(cls, files: Iterable[GeneratedFile]) -> _Made:
        texts: dict[str, str] = {}
        sums: dict[str, str] = {}
        for file in files:
            if isinstance(file.content, str):
                texts[file.path] = file.content
            elif isinstance(file.content, bytes):
                sums[file.path] = hashlib.sha256(file.content).hexdigest()
            else:
                sums[file.path] = digest(file.content)
        return cls(texts, sums)

    def sum(self, path: str) -> str | None:
        """Return the SHA-256 of a file; None if it was not generated."""
        if path in self.texts:
            return hashlib.sha256(self.texts[path].encode("utf-8")).hexdigest()
        return self.sums.get(path)


def _packed(made: _Made) -> GeneratedFile:
    """Return the archive of the generated files; the same files give the same bytes."""
    sums = "".join(f"{made.sums[path]}  {path}\n" for path in sorted(made.sums))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted({**made.texts, _SUMS: sums}.items()):
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), text)
    return GeneratedFile(BASE, buffer.getvalue())


def _last_time(root: Path) -> _Made:
    path = root / BASE
    if not path.is_file():
        return _Made({}, {})
    try:
        texts = _texts_in(path)
    except _UNREADABLE:
        raise FolderError(
            f"{path}: can't be read; delete the project's folder to generate it from scratch"
        ) from None
    lines = (line.partition("  ") for line in texts.pop(_SUMS, "").splitlines())
    return _Made(texts, {name: digest for digest, _, name in lines})


def _texts_in(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
            raise zipfile.BadZipFile
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def _changes(
    root: Path, last: _Made, files: Iterable[GeneratedFile], new: _Made
) -> tuple[Update, list[GeneratedFile]]:
    """Return the files to write, and those that the user had changed."""
    found: dict[str, list[str]] = {"kept": [], "merged": [], "conflicts": []}
    changed: list[GeneratedFile] = []
    for file in files:
        target = root / file.path
        then, now = last.sum(file.path), new.sum(file.path)
        if not target.is_file():
            # The user has deleted a missing text; missing data may not be in this checkout.
            if file.path in last.texts:
                found["kept"].append(file.path)
            else:
                changed.append(file)
        elif digest(target) in (then, now):
            changed.append(file)
        elif then == now:
            found["kept"].append(file.path)
        elif both := _merged(last.texts.get(file.path), target, file.content):
            found["merged"].append(file.path)
            changed.append(GeneratedFile(file.path, both))
        else:
            found["conflicts"].append(file.path)
            changed.append(GeneratedFile(f"{file.path}.new", file.content))
    return Update(**{kind: tuple(paths) for kind, paths in found.items()}), changed


def _merged(base: str | None, mine: Path, new: str | bytes | Path) -> str | None:
    """Return a text with both changes; None if they conflict, or a file is not text."""
    if base is None or not isinstance(new, str):
        return None
    try:
        own = mine.read_text("utf-8")
    except UnicodeDecodeError:
        return None
    old, one, other = (text.splitlines(keepends=True) for text in (base, own, new))
    lines: list[str] = []
    for kind, *found in Merge3(old, one, other).merge_groups():
        if kind == "conflict":
            return None
        lines += found[0]
    return "".join(lines)


def _stale(root: Path, last: _Made, wanted: set[str]) -> Iterator[str]:
    """Yield the files that are not generated any more, unless the user has changed them."""
    for path in sorted({*last.texts, *last.sums} - wanted):
        with suppress(OSError):  # somebody has put a path outside of the project there
            target = inside(root, path)
            if target.is_file() and digest(target) == last.sum(path):
                yield path
