"""Writing a project again: what a person has changed since stays changed.

What was made the last time is kept in the project: the texts, and the sums of all other files. A
text that a person has changed and that comes out differently now is merged, line by line.
"""

from __future__ import annotations

import hashlib
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
_SUMS = ".nb2prod/SHA256SUMS"  # in it: a line for each file that is no text
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
        write_files(temporary, [*files, _packed(_Made.of(files))])
        temporary.chmod(0o755)
        os.replace(temporary, root)  # noqa: PTH105
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Update()


def _update(root: Path, files: list[GeneratedFile]) -> Update:
    last, new = _last_time(root), _Made.of(files)
    update, changed = _changes(root, last, files, new)
    write_files(root, [*changed, _packed(new)])
    for path in _stale(root, last, {f.path for f in files}):
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
    last = _last_time(root)
    made = _Made({**last.texts, **{p: generated for p, (_, generated) in texts.items()}}, last.sums)
    files = [GeneratedFile(path, text) for path, (text, _) in texts.items()]
    try:
        write_files(root, [*files, _packed(made)])
    except OSError as error:
        raise FolderError(f"{root}: {error.strerror or error}") from error


def last_text(root: Path, path: str) -> str | None:
    """Return the text of a file as it was generated the last time."""
    return _last_time(root).texts.get(path)


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made at one time: texts, and the SHA-256 sums of the other files, by path."""

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
                sums[file.path] = _sum(file.content)
        return cls(texts, sums)

    def sum(self, path: str) -> str | None:
        """Return the sum of a file; None where it was not made."""
        if path in self.texts:
            return hashlib.sha256(self.texts[path].encode("utf-8")).hexdigest()
        return self.sums.get(path)


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _packed(made: _Made) -> GeneratedFile:
    """Return what was made as one archive, the same for the same files."""
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
        with zipfile.ZipFile(path) as archive:
            texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise FolderError(f"{path}: can't be read; remove the folder to begin anew") from None
    lines = (line.partition("  ") for line in texts.pop(_SUMS, "").splitlines())
    return _Made(texts, {name: digest for digest, _, name in lines})


def _changes(
    root: Path, last: _Made, files: Iterable[GeneratedFile], new: _Made
) -> tuple[Update, list[GeneratedFile]]:
    """Return what is to be written, and what of it a person had changed."""
    found: dict[str, list[str]] = {"kept": [], "merged": [], "conflicts": []}
    changed: list[GeneratedFile] = []
    for file in files:
        target = root / file.path
        then, now = last.sum(file.path), new.sum(file.path)
        if not target.is_file():
            # A text that is gone was removed by a person; data may not have been brought along.
            if file.path in last.texts:
                found["kept"].append(file.path)
            else:
                changed.append(file)
        elif _sum(target) in (then, now):
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
    """Return a text with both changes; None where they touch the same lines, or are no text."""
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


def _stale(root: Path, last: _Made, wanted: set[str]) -> Iterator[Path]:
    """Yield the files of the last time that are not made now, unless a person has changed them."""
    for path in {*last.texts, *last.sums} - wanted:
        target = (root / path).resolve()
        inside = target.is_relative_to(root.resolve()) and target.is_file()
        if inside and _sum(target) == last.sum(path):
            yield target
