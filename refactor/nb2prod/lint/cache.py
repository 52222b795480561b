"""Results of earlier checks, in the user's cache folder: one file for each checked folder.

The cache has two levels. The first is looked up by a file's time and size, and holds its findings.
The second is decoded only if the first does not apply, and is looked up by the text of each cell.
Findings also depend on the settings and on nb2prod itself: `Entry.key` covers the settings, and a
fingerprint at the beginning of the cache file covers the code. A digest of the rest follows. A
cache that cannot be read or written, or that is damaged, is not an error; it is treated as empty.

The files have the format of Python's bytecode cache, `marshal`, which needs no import. For the
same reason, everything needed before a file is opened is a named tuple: findings are msgspec
structs, and importing msgspec takes longer than all the rest of a check in which nothing changed.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from nb2prod.finding import Finding

_Entries = dict[str, tuple[Any, ...]]  # by file name, an `Entry` as `marshal` can write it
_DIGEST_SIZE = 16  # bytes
# The folders of the code that findings depend on.
_CODE = (
    "", "analysis", "analysis/lineage", "analysis/names", "ipython", "knowledge",
    "knowledge/libraries", "lint", "notebook", "rules", "rules/shared", "text",
)  # fmt: skip


class Shown(NamedTuple):
    """The findings in a file, formatted as text without colours.

    Attributes:
        path: the path of the file, as it appears in the text.
        text: one block for each finding.
        found: the number of findings.
        fixable: the number of findings with a safe fix.
        unsafe: the number of findings with an unsafe fix.
    """

    path: str
    text: str
    found: int
    fixable: int
    unsafe: int


class Entry(NamedTuple):
    """The result of checking one file.

    Attributes:
        modified: modification time of the file, in nanoseconds.
        size: size of the file, in bytes.
        key: digest of the settings.
        found: the number of findings.
        findings: the findings, as MessagePack.
        skipped: the reason why the cells were not checked; empty if they were.
        cells: the results of the cells, as MessagePack.
        shown: the findings as text.
    """

    modified: int
    size: int
    key: bytes
    found: int
    findings: bytes
    skipped: str
    cells: bytes
    shown: Shown | None


class KeptFindings(Sequence["Finding"]):
    """Findings from the cache, decoded when they are first accessed."""

    def __init__(self, raw: bytes, count: int) -> None:
        """Take findings as MessagePack, and their number."""
        self._raw = raw
        self._count = count

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        import msgspec  # noqa: PLC0415

        from nb2prod.finding import Finding  # noqa: PLC0415

        return msgspec.msgpack.decode(self._raw, type=tuple[Finding, ...])

    def __len__(self) -> int:
        """Return the number of findings, without decoding them."""
        return self._count

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        """Return a finding, or a slice of the findings."""
        return self._findings[index]


class Cache:
    """The results for the files of many folders; `save` writes new ones to disk."""

    def __init__(self, folder: Path | None) -> None:
        """Use the cache in `folder`; None to cache nothing."""
        self._folder = folder
        self._fingerprint = _fingerprint() if folder else b""
        self._folders: dict[str, _Entries] = {}
        self._changed: set[str] = set()

    def get(self, path: Path) -> Entry | None:
        """Return the last result for a file, which may be out of date; None if none is kept."""
        folder, name = os.path.split(os.path.abspath(path))
        if known := self._entries(folder).get(name):
            *facts, shown = known
            return Entry(*facts, shown=Shown(*shown) if shown else None)
        return None

    def put(self, path: Path, entry: Entry) -> None:
        """Keep the result for a file."""
        folder, name = os.path.split(os.path.abspath(path))
        self._entries(folder)[name] = (*entry[:-1], tuple(entry.shown or ()))
        self._changed.add(folder)

    def save(self) -> None:
        """Write the changed cache files; each is replaced as a whole."""
        if self._folder is None:
            return
        for folder in self._changed:
            file = self._file(self._folder, folder)
            content = marshal.dumps(self._folders[folder])
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                new = f"{file}.{os.getpid()}"
                with open(new, "wb") as stream:
                    stream.writelines((self._fingerprint, _digest(content), content))
                os.replace(new, file)
            except OSError:
                return

    def _entries(self, folder: str) -> _Entries:
        if folder not in self._folders:
            self._folders[folder] = self._load(folder)
        return self._folders[folder]

    def _load(self, folder: str) -> _Entries:
        if self._folder is None:
            return {}
        try:
            with open(self._file(self._folder, folder), "rb") as stream:
                kept = stream.read()
        except OSError:
            return {}
        fingerprint, digest = kept[:_DIGEST_SIZE], kept[_DIGEST_SIZE : 2 * _DIGEST_SIZE]
        content = memoryview(kept)[2 * _DIGEST_SIZE :]
        if fingerprint != self._fingerprint or digest != _digest(content):
            return {}  # written by another nb2prod or another Python, truncated, or damaged
        # Safe: anyone who can write to this folder can also write Python's bytecode cache.
        return marshal.loads(content)  # noqa: S302

    @staticmethod
    def _file(cache_folder: Path, folder: str) -> str:
        name = hashlib.blake2b(os.fsencode(folder), digest_size=_DIGEST_SIZE).hexdigest()
        return os.path.join(cache_folder, f"{name}.check")


def user_cache() -> Path:
    """Return nb2prod's folder among the user's caches, wherever the system keeps them."""
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
    """Return a digest that changes with Python and with the code that findings depend on."""
    here = os.path.dirname(os.path.dirname(__file__))
    state: list[tuple[str, int, int]] = []
    for inner in _CODE:
        with os.scandir(f"{here}/{inner}") as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".toml")):
                    stat = entry.stat()
                    state.append((entry.name, stat.st_mtime_ns, stat.st_size))
    return _digest(repr((sys.version, sorted(state))).encode())


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_SIZE).digest()
