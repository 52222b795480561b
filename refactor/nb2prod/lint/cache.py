"""Results of earlier checks, kept in the user's cache folder: one file for each folder checked.

The first level is looked up by the file's time and size, and holds what was found in it; the
second, decoded only when the first does not hold, by the text of each cell. What is found also
depends on the settings and on nb2prod itself; a key stands for both. A cache that cannot be read
or written is no error: it is just not there.

The files are in the format in which Python keeps its bytecode: it is there without an import. For
the same reason there are named tuples here and in what is needed before a file is opened, while
findings are structs of msgspec, whose import takes longer than all else that a check does when
nothing has changed.
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

_Entries = dict[str, tuple[Any, ...]]  # an `Entry` for each file name, as Python can keep it
_DIGEST = 16  # bytes
# The folders of the code that checks; another version of it may find something else.
_CHECKING = (
    "", "analysis", "analysis/lineage", "analysis/names", "ipython", "knowledge",
    "knowledge/libraries", "lint", "notebook", "rules", "rules/shared", "text",
)  # fmt: skip


class Shown(NamedTuple):
    """The findings in a file as a person reads them, without colours.

    Attributes:
        path: what the file was called.
        text: one block for each finding.
        found: how many there are.
        fixable: how many have a safe fix.
        unsafe: how many have an unsafe one.
    """

    path: str
    text: str
    found: int
    fixable: int
    unsafe: int


class Entry(NamedTuple):
    """What is known of one file: for which state of it, and the results as MessagePack."""

    modified: int
    size: int
    key: bytes
    found: int  # how many
    findings: bytes
    skipped: str
    cells: bytes
    shown: Shown | None


class KeptFindings(Sequence["Finding"]):
    """Findings as they lie in the cache, read when somebody asks what they are."""

    def __init__(self, raw: bytes, count: int) -> None:
        """Take findings that are not read yet, and how many they are."""
        self._raw = raw
        self._count = count

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        import msgspec  # noqa: PLC0415

        from nb2prod.finding import Finding  # noqa: PLC0415

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


class Cache:
    """The results for the files of many folders; written back by `save`."""

    def __init__(self, place: Path | None) -> None:
        """Use the cache in the folder `place`; None keeps nothing."""
        self._place = place
        self._code = _fingerprint() if place else b""
        self._folders: dict[str, _Entries] = {}
        self._changed: set[str] = set()

    def get(self, path: Path) -> Entry | None:
        """Return what is known of a file, whether or not it is still so."""
        folder, name = os.path.split(os.path.abspath(path))
        if known := self._entries(folder).get(name):
            *facts, shown = known
            return Entry(*facts, shown=Shown(*shown) if shown else None)
        return None

    def put(self, path: Path, entry: Entry) -> None:
        """Keep what is known of a file."""
        folder, name = os.path.split(os.path.abspath(path))
        self._entries(folder)[name] = (*entry[:-1], tuple(entry.shown or ()))
        self._changed.add(folder)

    def save(self) -> None:
        """Write what has changed; each file is replaced as a whole."""
        if self._place is None:
            return
        for folder in self._changed:
            file = self._file(self._place, folder)
            content = marshal.dumps(self._folders[folder])
            try:
                self._place.mkdir(parents=True, exist_ok=True)
                new = f"{file}.{os.getpid()}"
                with open(new, "wb") as stream:
                    stream.writelines((self._code, content, self._code))
                os.replace(new, file)
            except OSError:
                return

    def _entries(self, folder: str) -> _Entries:
        if folder not in self._folders:
            self._folders[folder] = self._load(folder)
        return self._folders[folder]

    def _load(self, folder: str) -> _Entries:
        if self._place is None:
            return {}
        try:
            with open(self._file(self._place, folder), "rb") as stream:
                kept = stream.read()
        except OSError:
            return {}
        if not (kept.startswith(self._code) and kept.endswith(self._code)):
            return {}  # it is of another nb2prod, or of another Python, or not whole
        try:
            # Whoever can write here can write the bytecode that is run, too.
            return marshal.loads(memoryview(kept)[len(self._code) :])  # noqa: S302
        except (EOFError, TypeError, ValueError):
            return {}

    @staticmethod
    def _file(place: Path, folder: str) -> str:
        name = hashlib.blake2b(os.fsencode(folder), digest_size=_DIGEST).hexdigest()
        return os.path.join(place, f"{name}.check")


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
    here = os.path.dirname(os.path.dirname(__file__))
    state: list[tuple[str, int, int]] = []
    for inner in _CHECKING:
        with os.scandir(f"{here}/{inner}") as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".toml")):
                    stat = entry.stat()
                    state.append((entry.name, stat.st_mtime_ns, stat.st_size))
    said = repr((sys.version, sorted(state)))
    return hashlib.blake2b(said.encode(), digest_size=_DIGEST).digest()
