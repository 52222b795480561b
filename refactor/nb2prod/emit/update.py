"""Writing a project again: what a person has changed since stays changed.

The texts of the last time are kept in the project; a file that a person has changed and that comes
out differently now is merged, line by line.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from merge3 import Merge3

from nb2prod.emit.writer import GeneratedFile, write_files

BASE = ".nb2prod/generated.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip entry


class FolderError(Exception):
    """The project can't be written where it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Update:
    """What became of the files that a person had changed."""

    kept: tuple[str, ...] = ()  # nothing new for them
    merged: tuple[str, ...] = ()  # both changes are in
    conflicts: tuple[str, ...] = ()  # kept; what is new lies beside, as `NAME.new`


def write_project(root: Path, files: Iterable[GeneratedFile]) -> Update:
    """Write a project, all of it or nothing; what a person has changed since the last time stays.

    Raises:
        FolderError: the folder holds something else, or can't be written to.
    """
    files = list(files)
    files.append(GeneratedFile(BASE, _packed(files)))
    check_folder(root)
    try:
        return _update(root, files) if root.exists() else _create(root, files)
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from error


def check_folder(root: Path) -> None:
    """Refuse a folder that a project can't be written to.

    Raises:
        FolderError: it is a file, or holds something else.
    """
    try:
        above = next(p for p in (root, *root.absolute().parents) if p.is_symlink() or p.exists())
        if not above.is_dir():
            raise FolderError(f"{above}: is not a folder")
        if not os.access(above, os.W_OK):
            raise FolderError(f"{above}: may not be written to")
        if above == root and any(root.iterdir()) and not (root / BASE).is_file():
            raise FolderError(f"{root}: is not empty, and not a project made by nb2prod")
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from None


def _create(root: Path, files: list[GeneratedFile]) -> Update:
    root.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=root.parent, prefix=".nb2prod-"))
    try:
        write_files(temporary, files)
        temporary.chmod(0o755)
        os.replace(temporary, root)  # noqa: PTH105
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Update()


def _update(root: Path, files: list[GeneratedFile]) -> Update:
    base = _last_time(root)
    update, changed = _changes(root, base, files)
    write_files(root, changed)
    for path in _stale(root, base, {f.path for f in files}):
        path.unlink()
    return update


def rewrite(root: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write files of a project anew, as if they had come out so the last time.

    Args:
        root: The project.
        texts: By the path of a file, its text, and the text as it would have been generated.

    Raises:
        FolderError: the folder can't be written to.
    """
    base = {**_last_time(root), **{path: generated for path, (_, generated) in texts.items()}}
    packed = _packed(GeneratedFile(path, text) for path, text in base.items())
    files = [GeneratedFile(path, text) for path, (text, _) in texts.items()]
    try:
        write_files(root, [*files, GeneratedFile(BASE, packed)])
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from error


def last_text(root: Path, path: str) -> str | None:
    """Return the text of a file as it was generated the last time."""
    return _last_time(root).get(path)


def _packed(files: Iterable[GeneratedFile]) -> bytes:
    """Return the texts of the files as one archive, the same for the same texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files, key=lambda f: f.path):
            if isinstance(file.content, str):
                archive.writestr(zipfile.ZipInfo(file.path, _EPOCH), file.content)
    return buffer.getvalue()


def _last_time(root: Path) -> dict[str, str]:
    path = root / BASE
    if not path.is_file():
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise FolderError(f"{path}: can't be read; remove the folder to begin anew") from None


def _changes(
    root: Path, base: Mapping[str, str], files: Iterable[GeneratedFile]
) -> tuple[Update, list[GeneratedFile]]:
    """Return what is to be written, and what of it a person had changed."""
    kept: list[str] = []
    merged: list[str] = []
    conflicts: list[str] = []
    changed: list[GeneratedFile] = []
    for file in files:
        target = root / file.path
        last = base.get(file.path)
        if last is None or not isinstance(file.content, str):
            changed.append(file)
            continue
        current = target.read_text("utf-8") if target.is_file() else None
        if current in (last, file.content):
            changed.append(file)
        elif last == file.content or current is None:
            kept.append(file.path)
        elif (both := _merged(last, current, file.content)) is not None:
            merged.append(file.path)
            changed.append(GeneratedFile(file.path, both))
        else:
            conflicts.append(file.path)
            changed.append(GeneratedFile(f"{file.path}.new", file.content))
    return Update(tuple(kept), tuple(merged), tuple(conflicts)), changed


def _merged(base: str, mine: str, new: str) -> str | None:
    """Return a text with both changes; None where they touch the same lines."""
    old, one, other = (text.splitlines(keepends=True) for text in (base, mine, new))
    lines: list[str] = []
    for kind, *found in Merge3(old, one, other).merge_groups():
        if kind == "conflict":
            return None
        lines += found[0]
    return "".join(lines)


def _stale(root: Path, base: Mapping[str, str], wanted: set[str]) -> Iterator[Path]:
    """Yield the files of the last time that are not made now, unless a person has changed them."""
    for path, text in base.items():
        target = (root / path).resolve()
        inside = target.is_relative_to(root.resolve()) and target.is_file()
        if path not in wanted and inside and target.read_text("utf-8") == text:
            yield target
