"""The files that a run writes, and how two of them differ."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

_TEXT_KEPT = 2_000_000  # bytes; of a larger file only the hash is kept

Listing = Mapping[str, tuple[int, int]]  # path in the folder -> size, time of the last change


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that a run wrote; `text` is None where it is binary, or too long to keep."""

    sha256: str
    text: str | None


def list_files(folder: Path) -> Listing:
    """List the files of a folder, except hidden ones and links."""
    return {name: (s.st_size, s.st_mtime_ns) for name, s in _files(folder)}


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f[:1] not in "._")
        for name in sorted(names):
            path = Path(parent) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path.stat()


def changed_files(folder: Path, before: Listing) -> list[str]:
    """Return the files of a folder that are new or have changed since it was listed."""
    return [name for name, state in list_files(folder).items() if state != before.get(name)]


def written_file(path: Path) -> WrittenFile:
    """Read a file that a run wrote."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if path.stat().st_size > _TEXT_KEPT:
        return WrittenFile(sha256, None)
    data = path.read_bytes()
    try:
        text = None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    return WrittenFile(sha256, text)


def text_difference(expected: str, actual: str) -> str:
    """Describe the first line in which two different texts differ."""
    pairs = zip_longest(expected.splitlines(), actual.splitlines())
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            return f"line {number}: {_quoted(one)} became {_quoted(other)}"
    return "the line breaks differ"


def _quoted(line: str | None) -> str:
    return "no line" if line is None else repr(line[:60])
