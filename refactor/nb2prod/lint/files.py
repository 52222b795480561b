"""Check many files; those that have not changed since the last check are not even opened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nb2prod.config import Config, ConfigError
from nb2prod.lint.cache import Cache, Entry, KeptFindings, Shown
from nb2prod.repository.nearest_manifests import (
    ManifestFinder,
    NearestManifests,
    nearest_manifests,
)
from nb2prod.text.fault import internal

if TYPE_CHECKING:
    from nb2prod.finding import Finding
    from nb2prod.lint.check import CellResult, RuleSet


class Checked(NamedTuple):
    """A file that was checked.

    Attributes:
        path: the file, as the user named it.
        findings: the findings, in order.
        skipped: the reason why its cells were not checked; empty if they were.
        shown: the findings as text, if it is cached.
    """

    path: Path
    findings: Sequence[Finding]
    skipped: str = ""
    shown: Shown | None = None


class FileChecker:
    """Checks files, each under the settings of its folder, with a cache."""

    def __init__(
        self,
        config_for: Callable[[Path], Config],
        cache: Cache,
        show: Callable[[Checked], Shown] | None = None,
    ) -> None:
        """Begin without checked files.

        Args:
            config_for: returns the settings for the files of a folder.
            cache: the results of earlier checks.
            show: formats findings as text, which is cached with them.
        """
        self.failed: list[Path] = []  # files that broke nb2prod itself
        self._config_for = config_for
        self._show = show
        self._cache = cache
        self._rule_sets: dict[str, RuleSet] = {}
        self._finder = ManifestFinder()
        self._folders: dict[Path, tuple[NearestManifests, bytes]] = {}

    def check(self, paths: Iterable[Path]) -> Iterator[Checked]:
        """Yield each file with its findings; write the cache at the end.

        A file whose settings are invalid, or that breaks nb2prod itself, does not stop the others.
        """
        try:
            for path in paths:
                try:
                    checked = self._check(path)
                except Exception as error:  # noqa: BLE001  the other files are checked all the same
                    checked = self.failure(path, error)
                yield checked
        finally:
            self._cache.save()

    def failure(self, path: Path, error: Exception) -> Checked:
        """Return the result for a file whose check raised an error, and note an internal one.

        Raises:
            ConfigError: the settings are invalid where the user is, or the options are.
        """
        from nb2prod.lint.check import RuleSet, skipped_file  # noqa: PLC0415

        match error:
            case ConfigError():
                RuleSet.of(self._config_for(Path()), Path())  # raises if the user's own are
                reason = f"its settings are invalid: {error}"
            case OSError():
                reason = error.strerror or str(error)
            case _:
                self.failed.append(path)
                return Checked(path, (), internal(error))
        rules = RuleSet.of(Config(path.parent), path.absolute())
        return Checked(path, tuple(skipped_file(rules, "unreadable", reason)))

    def rule_set(self, path: Path) -> RuleSet:
        """Return the rule set for a file."""
        from nb2prod.lint.check import RuleSet  # noqa: PLC0415  unchanged files do not need it

        config = self._config_for(path.parent)
        # Only the settings for single files depend on the folder of the settings.
        key = repr((config, path) if config.per_file_ignores else config._replace(root=Path()))
        if key not in self._rule_sets:
            self._rule_sets[key] = RuleSet.of(config, path.absolute())
        return self._rule_sets[key]

    def _check(self, path: Path) -> Checked:
        manifests, key = self._of_folder(path.parent)
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
        checked, cells = check_file(path, self.rule_set(path), entry, None, manifests)
        if self._show:
            checked = checked._replace(shown=self._show(checked))
        entry = Entry(
            modified=modified,
            size=size,
            key=key,
            found=len(checked.findings),
            findings=_packed(checked.findings),
            skipped=checked.skipped,
            cells=_packed(cells),
            shown=checked.shown,
        )
        self._cache.put(path, entry)
        return checked

    def _of_folder(self, folder: Path) -> tuple[NearestManifests, bytes]:
        """Return the manifests for a folder, and a digest of all settings for its files."""
        if folder not in self._folders:
            manifests = self._finder.find(folder)
            settings = repr((self._config_for(folder), manifests.manifests))
            content = settings.encode("utf-8", "surrogatepass")
            key = hashlib.blake2b(content, digest_size=16).digest()
            self._folders[folder] = manifests, key
        return self._folders[folder]


def _packed(value: object) -> bytes:
    import msgspec  # noqa: PLC0415  unchanged files do not need it

    return msgspec.msgpack.encode(value)


def check_file(
    path: Path,
    rules: RuleSet,
    entry: Entry | None = None,
    content: bytes | None = None,
    manifests: NearestManifests | None = None,
) -> tuple[Checked, list[CellResult]]:
    """Check one file; a file that cannot be read has one finding, which says so.

    Args:
        path: the path of the file, which need not exist if `content` is given.
        rules: the rules and settings.
        entry: the result of an earlier check.
        content: the content of the file; None to read it.
        manifests: the requirements files around it; None to find them.
    """
    import msgspec  # noqa: PLC0415

    from nb2prod.lint.check import (  # noqa: PLC0415
        CellResult,
        check,
        skipped_file,
    )
    from nb2prod.notebook.model import ForeignLanguageError, NotebookError  # noqa: PLC0415
    from nb2prod.notebook.read import parse_notebook, read_notebook  # noqa: PLC0415

    try:
        notebook = read_notebook(path) if content is None else parse_notebook(path, content)
    except ForeignLanguageError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Checked(path, tuple(skipped_file(rules, "foreign", reason)), reason), []
    except NotebookError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Checked(path, tuple(skipped_file(rules, "unreadable", reason))), []
    known: dict[bytes, CellResult] = {}
    if entry:
        try:
            kept = msgspec.msgpack.decode(entry.cells, type=list[CellResult])
            known = {result.text: result for result in kept}
        except msgspec.MsgspecError:
            pass
    findings, cells = check(rules, notebook, known, manifests or nearest_manifests(path.parent))
    return Checked(path, tuple(findings)), cells
