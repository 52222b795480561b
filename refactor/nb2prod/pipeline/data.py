"""The files that a notebook reads and writes, and their places in the project."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

from nb2prod.analysis.effects.effects import Called, PathUse
from nb2prod.analysis.flow import Analysis
from nb2prod.knowledge import traits
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.borders import COPYING, Borders, Copying, held_secret
from nb2prod.pipeline.named_files import is_path, matching, namesake
from nb2prod.pipeline.plan import DataFiles

_OUTPUT = "data/output"
_COMPUTED = "the path is computed, and known only at run time"
_IN_MEMORY = ":memory:"  # the name of databases of SQLite that are no files
_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass
class _Search:
    """The files found so far, statement by statement; the fields are those of `DataFiles`."""

    folder: Path
    limit: int
    borders: Borders
    cwd: str | None = "."  # relative to the notebook's folder; None if not known
    paths: dict[str, str] = field(default_factory=dict[str, str])
    copies: dict[str, Path] = field(default_factory=dict[str, Path])
    referred: dict[str, Path] = field(default_factory=dict[str, Path])
    reads: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    writes: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    folders: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    left: list[tuple[int | None, str, str]] = field(
        default_factory=list[tuple[int | None, str, str]]
    )
    written: dict[str, str] = field(default_factory=dict[str, str])
    in_place: bool = False  # the notebook lists folders, so its files must keep their paths

    def write(self, number: int, cell: int, use: PathUse) -> None:
        """Record a file that the notebook writes; the project writes it inside its own folder."""
        key = self._key(use.path if use.path is not None else use.pattern)
        if key is None or key == _IN_MEMORY:
            return
        if use.path is None:
            self.written[key] = key
            self._folder(number, key.partition("*")[0])
            return
        target = key
        if _outside(key):
            target = f"{_OUTPUT}/{posixpath.basename(key)}"
            if use.depth or self.cwd != ".":
                self.left.append(
                    (cell, use.path or key, "the notebook writes it outside of its folder")
                )
                return
            self.paths[use.path] = target
        self.written[key] = target
        self.writes.setdefault(number, []).append(target)
        self._folder(number, target)

    def _folder(self, number: int, path: str) -> None:
        """Record the folder of a written file, which has to exist before."""
        folder = posixpath.dirname(path)
        inside = bool(folder) and not _outside(folder) and (self.folder / folder).is_dir()
        if inside or folder == _OUTPUT:
            self.folders.setdefault(number, []).append(folder)

    def read(self, number: int, cell: int, use: PathUse) -> None:
        """Record the file or files that the notebook reads."""
        text = use.path if use.path is not None else use.pattern
        if text is not None and "://" in text:
            self.left.append((cell, text, "the notebook reads it from the network"))
            return
        key = self._key(text)
        if key is None:
            why = _COMPUTED if text is None or is_path(text) else "no file has such a name"
            self.left.append((cell, text or "a file", why))
            return
        if key in self.written:
            self.reads.setdefault(number, []).append(self.written[key])
            return
        if any(path.startswith(f"{key}/") or fnmatch(path, key) for path in self.written):
            return  # a folder that the notebook itself writes to
        absolute = key.startswith("/")
        try:
            base = self._base(key)
            if base.exists() and (why := self.borders.refusal(base, absolute=absolute)):
                self.left.append((cell, text or key, why))
                return
            found = list(matching(self.folder, key, exact=use.path is not None))
        except OSError as error:
            self.left.append((cell, text or key, error.strerror or "it can't be read"))
            return
        if not found:
            why = "no such file" if use.path is not None else "no file matches"
            if (other := namesake(self.folder, key)) is not None:
                why = f"{why}; did you mean {other}?"
            self.left.append((cell, text or key, why))
        exact = found == [self.folder / key] and not (self.folder / key).is_dir()
        for source in found:
            outside = _outside(key)
            plain = exact and not use.depth and self.cwd == "." and (outside or not self.in_place)
            self._bring(number, cell, source, use.path if plain else None)

    def _key(self, text: str | None) -> str | None:
        """Return a path relative to the notebook's folder, or an absolute one."""
        if text is None or not text or (self.cwd is None and not text.startswith("/")):
            return None
        if not is_path(text):
            return None
        return posixpath.normpath(posixpath.join(self.cwd or ".", text))

    def _base(self, key: str) -> Path:
        """Return the file or folder that a path names, for a pattern the folder it begins with."""
        if not any(c in key for c in "*?[") or (self.folder / key).exists():
            return self.folder / key
        parts = key.split("/")
        fixed = next(i for i, part in enumerate(parts) if any(c in part for c in "*?["))
        return self.folder / ("/".join(parts[:fixed]) or ("/" if key.startswith("/") else "."))

    def _bring(self, number: int, cell: int, source: Path, named: str | None) -> None:
        """Bring a file into the project: its path becomes a parameter if the notebook names it."""
        absolute = named is not None and named.startswith("/")
        why = self.borders.refusal(source, absolute=absolute) or held_secret(source)
        if why is not None:
            self.left.append((cell, named or source.name, why))
            return
        if _is_pointer(source):
            why = "it is a Git LFS pointer; run `git lfs pull` to download the file"
            self.left.append((cell, named or source.name, why))
            return
        large = source.stat().st_size > self.limit
        if named is not None:
            target = str(source.resolve()) if large else self._target(named, source)
            (self.referred if large else self.copies)[target] = source
            self.paths[named] = target
        else:
            target = posixpath.normpath(posixpath.relpath(source, self.folder))
            if _outside(target) or large:
                outside = "it is outside of the notebook's folder, and its path is computed"
                why = _too_large(source, self.limit) if large else outside
                self.left.append((cell, target, why))
                return
            self.copies[target] = source
        self.reads.setdefault(number, []).append(target)

    def _target(self, named: str, source: Path) -> str:
        if named in self.paths:
            return self.paths[named]
        for count in range(1, 1000):
            name = source.name if count == 1 else f"{source.stem}_{count}{source.suffix}"
            target = f"data/raw/{name}"
            if self.copies.get(target, source) == source:
                return target
        return f"data/raw/{source.name}"


def find_data(notebook: Notebook, analysis: Analysis, copying: Copying = COPYING) -> DataFiles:
    """Find the files that a notebook reads and writes, as far as they are known without a run.

    Args:
        notebook: The notebook.
        analysis: The analysis of the notebook.
        copying: The files that may be copied.
    """
    lists = any(_lists_folders(call) for effect in analysis.effects for call in effect.calls)
    folder = notebook.path.resolve().parent
    borders = Borders(folder, tuple(path.resolve() for path in copying.allowed))
    search = _Search(folder, copying.limit, borders, in_place=lists)
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        for use in effect.paths:
            note = search.write if use.writes else search.read
            note(statement.number, statement.cell, use)
        for folder in effect.folders:
            known = folder is not None and search.cwd is not None
            search.cwd = posixpath.normpath(posixpath.join(search.cwd, folder)) if known else None  # type: ignore[arg-type]
    return DataFiles(
        search.paths,
        search.copies,
        search.referred,
        {n: tuple(dict.fromkeys(paths)) for n, paths in search.reads.items()},
        {n: tuple(dict.fromkeys(paths)) for n, paths in search.writes.items()},
        {n: tuple(dict.fromkeys(paths)) for n, paths in search.folders.items()},
        tuple(dict.fromkeys(search.left)),
        copying.limit,
        borders,
    )


def _lists_folders(call: Called) -> bool:
    """Return whether a call lists a folder, or may do so because it runs a shell command."""
    name = call.name.lstrip(".")
    known = traits.of_function(name) if "." in name else traits.of_method(name)
    return name.startswith("subprocess.") or not {"lists_folder", "walks_folders"}.isdisjoint(known)


def with_observed_reads(data: DataFiles, folder: Path, observed: Iterable[str]) -> DataFiles:
    """Add the files of the notebook's folder that a run has read, though no path names them.

    Args:
        data: The files that the notebook names.
        folder: The notebook's folder.
        observed: The paths, relative to the folder, that the run has read.
    """
    known = {path.resolve() for path in (*data.copies.values(), *data.referred.values())}
    more = {
        name: folder / name
        for name in sorted(observed)
        if (folder / name).resolve() not in known and (folder / name).is_file()
    }
    small = {name: path for name, path in more.items() if path.stat().st_size <= data.limit}
    left = [(None, name, _too_large(more[name], data.limit)) for name in more if name not in small]
    for name, path in list(small.items()):
        if (why := data.borders.refusal(path) or held_secret(path)) is not None:
            del small[name]
            left.append((None, name, why))
    return DataFiles(
        data.paths,
        {**data.copies, **small},
        data.referred,
        data.reads,
        data.writes,
        data.folders,
        (*(entry for entry in data.left if entry[2] != _COMPUTED), *left),
        data.limit,
        data.borders,
        tuple(small),
    )


def with_observed_writes(data: DataFiles, written: Collection[str]) -> DataFiles:
    """Leave out the files that the notebook writes and that its run has not left behind.

    Args:
        data: The files that the notebook names.
        written: The paths, relative to its folder, of the files that the run has left behind.
    """
    moved = set(data.paths.values())
    kept = {
        number: tuple(p for p in paths if p in written or p in moved)
        for number, paths in data.writes.items()
    }
    return replace(data, writes=kept)


def _too_large(path: Path, limit: int) -> str:
    """Return the reason why a large file is not copied."""
    return f"it has {size_text(path.stat().st_size)}, and --data-limit is {size_text(limit)}"


def size_text(size: int) -> str:
    """Return a size in bytes as text, such as `1.2 MB`."""
    for unit, worth in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= worth:
            return f"{size / worth:.3g} {unit}"
    return f"{size} bytes"


def left_behind(data: DataFiles) -> Iterator[str]:
    """Yield a sentence for each file that is not copied into the project, with the reason."""
    for cell, path, why in data.left:
        place = "" if cell is None else f"cell {cell + 1}: "
        yield f"{place}{path} is not in the project: {why}"
    for path, source in data.referred.items():
        yield f"{path} stays where it is: {_too_large(source, data.limit)}"


def brought_from_outside(data: DataFiles) -> Iterator[str]:
    """Yield a sentence for each copied file that lies outside of the notebook's folder."""
    for target, source in data.copies.items():
        real = source.resolve()
        if not real.is_relative_to(data.borders.folder):
            yield f"{target} is a copy of {real} ({size_text(real.stat().st_size)})"


def _outside(key: str) -> bool:
    return key == ".." or key.startswith(("/", "../"))


def _is_pointer(path: Path) -> bool:
    """Return whether a file is only a Git LFS pointer to the real file.

    https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    """
    try:
        with path.open("rb") as stream:
            return stream.read(len(_POINTER)) == _POINTER
    except OSError:
        return False
