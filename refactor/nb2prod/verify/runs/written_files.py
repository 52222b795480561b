"""Files that a run writes, and whether two of them are the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

_TEXT_KEPT = 2_000_000  # bytes; of a larger file only the fingerprint is kept

Listing = Mapping[str, tuple[int, int]]  # path in the folder -> size, time of the last change


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a run wrote; `text` is None where it is not text, or too long to be kept."""

    sha256: str
    text: str | None


def listed(folder: Path) -> Listing:
    """List the files of a folder, hidden ones and links to other places left out."""
    return {name: (s.st_size, s.st_mtime_ns) for name, s in _files(folder)}


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f[:1] not in "._")
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path.stat()


def changed(folder: Path, before: Listing) -> list[str]:
    """Return the files of a folder that are new, or have changed, since it was listed."""
    return [name for name, state in listed(folder).items() if state != before.get(name)]


def written(path: Path) -> Written:
    """Look at a file that was written."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if path.stat().st_size > _TEXT_KEPT:
        return Written(sha256, None)
    data = path.read_bytes()
    try:
        text = None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    return Written(sha256, text)


def differing_line(wanted: str, got: str) -> str:
    """Say in which line two texts begin to differ."""
    pairs = zip_longest(wanted.splitlines(), got.splitlines())
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            return f"line {number}: {_quoted(one)} became {_quoted(other)}"
    return "it ends otherwise"


def _quoted(line: str | None) -> str:
    return "no line" if line is None else repr(line[:60])
