"""Results of earlier checks, kept in the user's cache folder: one file for each folder checked.

The first level is looked up by the file's time and size, and holds what was found in it; the
second, decoded only when the first does not hold, by the text of each cell. What is found also
depends on the settings and on nb2prod itself; a key stands for both. A cache that cannot be read
or written is no error: it is just not there.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

import msgspec

from nb2prod.finding import Finding


class Shown(msgspec.Struct, array_like=True, frozen=True):
    """The findings in a file as a person reads them, without colours.

    Attributes:
        path: what the file was called.
        text: one block for each finding.
        count: how many there are.
        fixable: how many have a safe fix.
        unsafe: how many have an unsafe one.
    """

    path: str
    text: str
    count: int
    fixable: int
    unsafe: int


class Entry(msgspec.Struct, array_like=True):
    """What is known of one file: for which state of it, and the results."""

    modified: int
    size: int
    key: bytes
    count: int  # of findings
    findings: msgspec.Raw
    shown: Shown | None
    skipped: str
    cells: msgspec.Raw


class KeptFindings(Sequence[Finding]):
    """Findings as they lie in the cache, read when somebody asks what they are."""

    def __init__(self, raw: msgspec.Raw, count: int) -> None:
        """Take findings that are not read yet, and how many they are."""
        self._raw = raw
        self._count = count

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        return msgspec.msgpack.decode(self._raw, type=tuple[Finding, ...])

    def __len__(self) -> int:
        """Return how many there are, without reading them."""
        return self._count

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        """Return one of them, or several."""
        return self._findings[index]


class _Folder(msgspec.Struct, array_like=True):
    code: bytes
    entries: dict[str, Entry]


class Cache:
    """The results for the files of many folders; written back by `save`."""

    def __init__(self, place: Path | None) -> None:
        """Use the cache in the folder `place`; None keeps nothing."""
        self._place = place
        self._code = _fingerprint() if place else b""
        self._folders: dict[str, _Folder] = {}
        self._changed: set[str] = set()

    def get(self, path: Path) -> Entry | None:
        """Return what is known of a file, whether or not it is still so."""
        folder, name = os.path.split(os.path.abspath(path))
        return self._folder(folder).entries.get(name)

    def put(self, path: Path, entry: Entry) -> None:
        """Keep what is known of a file."""
        folder, name = os.path.split(os.path.abspath(path))
        self._folder(folder).entries[name] = entry
        self._changed.add(folder)

    def save(self) -> None:
        """Write what has changed; each file is replaced as a whole."""
        if self._place is None:
            return
        for folder in self._changed:
            file = self._file(self._place, folder)
            try:
                self._place.mkdir(parents=True, exist_ok=True)
                new = file.with_suffix(f".{os.getpid()}")
                new.write_bytes(msgspec.msgpack.encode(self._folders[folder]))
                new.replace(file)
            except OSError:
                return

    def _folder(self, folder: str) -> _Folder:
        if folder not in self._folders:
            self._folders[folder] = self._load(folder)
        return self._folders[folder]

    def _load(self, folder: str) -> _Folder:
        if self._place is not None:
            try:
                content = self._file(self._place, folder).read_bytes()
                read = msgspec.msgpack.decode(content, type=_Folder)
                if read.code == self._code:
                    return read
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError, ValueError):
                pass
        return _Folder(self._code, {})

    @staticmethod
    def _file(place: Path, folder: str) -> Path:
        name = hashlib.blake2b(os.fsencode(folder), digest_size=16).hexdigest()
        return place / f"{name}.check"


def user_cache() -> Path:
    """Return the folder of the user's caches, as the system has it."""
    if given := os.environ.get("NB2PROD_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME"):
        base = Path(given)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", "~")).expanduser()
    elif sys.platform == "darwin":
        base = Path("~/Library/Caches").expanduser()
    else:
        base = Path("~/.cache").expanduser()
    return base / "nb2prod"


def _fingerprint() -> bytes:
    """Return what changes whenever the code that checks does."""
    here = os.path.dirname(__file__)
    state: list[tuple[str, int, int]] = []
    for folder in (here, f"{here}/rules", f"{here}/analysis", f"{here}/knowledge"):
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".toml")):
                    stat = entry.stat()
                    state.append((entry.name, stat.st_mtime_ns, stat.st_size))
    said = repr((sys.version_info[:2], sorted(state)))
    return hashlib.blake2b(said.encode(), digest_size=16).digest()
