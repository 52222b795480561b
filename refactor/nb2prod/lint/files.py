"""Checking many files: what has not changed since the last time is not even opened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nb2prod.config import Config
from nb2prod.lint.cache import Cache, Entry, KeptFindings, Shown
from nb2prod.repository.nearest_manifests import Around, Surroundings, around

if TYPE_CHECKING:
    from nb2prod.finding import Finding
    from nb2prod.lint.check import CellResult, Checker


class Checked(NamedTuple):
    """One file and what was found in it.

    Attributes:
        path: the file, as it was named.
        findings: in order.
        skipped: why it was not looked into.
        shown: the findings as text, if that is at hand.
    """

    path: Path
    findings: Sequence[Finding]
    skipped: str = ""
    shown: Shown | None = None


class Files:
    """Checks files, each under the settings that hold for it."""

    def __init__(
        self,
        config_for: Callable[[Path], Config],
        cache: Cache,
        show: Callable[[Checked], Shown] | None = None,
    ) -> None:
        """Begin with nothing checked.

        Args:
            config_for: gives the settings for the files of a folder.
            cache: what earlier checks have found.
            show: writes findings as text, which is kept with them.
        """
        self._config_for = config_for
        self._show = show
        self._cache = cache
        self._checkers: dict[str, Checker] = {}
        self._around = Around()
        self._keys: dict[Path, tuple[Surroundings, bytes]] = {}

    def check(self, paths: Iterable[Path]) -> Iterator[Checked]:
        """Yield what is found in each file; the cache is written when all are done.

        Raises:
            ConfigError: the settings for a file cannot be followed.
        """
        try:
            for path in paths:
                yield self._check(path)
        finally:
            self._cache.save()

    def checker(self, path: Path) -> Checker:
        """Return the rules and settings that hold for a file."""
        from nb2prod.lint.check import Checker  # noqa: PLC0415  not needed for what has not changed

        config = self._config_for(path.parent)
        # Where the settings come from matters only for what they say of single files.
        said = repr((config, path) if config.per_file_ignores else config._replace(root=Path()))
        if said not in self._checkers:
            self._checkers[said] = Checker.of(config, path.absolute())
        return self._checkers[said]

    def _check(self, path: Path) -> Checked:
        surroundings, key = self._holding(path.parent)
        entry = self._cache.get(path)
        try:
            stat = os.stat(path)
            modified, size = stat.st_mtime_ns, stat.st_size
        except OSError:
            modified, size = -1, -1
        if entry and (entry.modified, entry.size, entry.key) == (modified, size, key):
            findings = KeptFindings(entry.findings, entry.found)
            shown = entry.shown if entry.shown and entry.shown.path == str(path) else None
            return Checked(path, findings, entry.skipped, shown)
        checked, cells = check_file(path, self.checker(path), entry, None, surroundings)
        if self._show:
            checked = checked._replace(shown=self._show(checked))
        known = Entry(
            modified,
            size,
            key,
            len(checked.findings),
            _packed(checked.findings),
            checked.skipped,
            _packed(cells),
            checked.shown,
        )
        self._cache.put(path, known)
        return checked

    def _holding(self, folder: Path) -> tuple[Surroundings, bytes]:
        """Return what lies around a folder, and a digest of all that holds for its files."""
        if folder not in self._keys:
            surroundings = self._around(folder)
            said = repr((self._config_for(folder), surroundings.manifests))
            key = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            self._keys[folder] = surroundings, key
        return self._keys[folder]


def _packed(value: object) -> bytes:
    import msgspec  # noqa: PLC0415  not needed for what has not changed

    return msgspec.msgpack.encode(value)


def check_file(
    path: Path,
    checker: Checker,
    entry: Entry | None = None,
    content: bytes | None = None,
    surroundings: Surroundings | None = None,
) -> tuple[Checked, list[CellResult]]:
    """Check one file; one that cannot be read has one finding.

    Args:
        path: where it lies, or would lie.
        checker: the rules.
        entry: what an earlier check found.
        content: of the file, if it is not to be read.
        surroundings: the files around it, if they are not to be looked for.
    """
    import msgspec  # noqa: PLC0415

    from nb2prod.lint.check import FOREIGN, UNREADABLE, CellResult, check, unread  # noqa: PLC0415
    from nb2prod.notebook.model import ForeignLanguageError, NotebookError  # noqa: PLC0415
    from nb2prod.notebook.read import parse_notebook, read_notebook  # noqa: PLC0415

    try:
        notebook = read_notebook(path) if content is None else parse_notebook(path, content)
    except ForeignLanguageError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Checked(path, tuple(unread(checker, FOREIGN, reason)), reason), []
    except NotebookError as error:
        found = unread(checker, UNREADABLE, str(error).removeprefix(f"{path}: "))
        return Checked(path, tuple(found)), []
    known: dict[bytes, CellResult] = {}
    if entry:
        try:
            kept = msgspec.msgpack.decode(entry.cells, type=list[CellResult])
            known = {result.text: result for result in kept}
        except msgspec.MsgspecError:
            pass
    findings, cells = check(checker, notebook, known, surroundings or around(path.parent))
    return Checked(path, tuple(findings)), cells
