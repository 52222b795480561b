"""The files that a path or a pattern in a notebook names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

_MOST_FILES = 500  # that a pattern may match
_MOST_ENTRIES = 50_000  # of a folder that are looked at


def is_path(text: str) -> bool:
    """Return whether a file can have such a path, and a project can name it."""
    parts = text.split("/")
    return text.isprintable() and all(len(p.encode("utf-8", "replace")) <= 255 for p in parts)


def matching(folder: Path, key: str, *, exact: bool) -> Iterator[Path]:
    """Yield the files that a path or pattern matches; for a folder, the files in it."""
    path = folder / key
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from islice(files_below(path), _MOST_FILES)
    elif not key.startswith("/") and (not exact or any(c in key for c in "*?[")):
        base, pattern = folder, key
        while pattern.startswith("../"):
            base, pattern = base.parent, pattern.removeprefix("../")
        if pattern.strip("*/."):
            deepest = None if "**" in pattern else pattern.count("/")
            matches = matcher(pattern)
            found = (p for p in files_below(base, deepest) if matches(p.relative_to(base)))
            yield from islice(found, _MOST_FILES)


def matcher(pattern: str) -> Callable[[Path], bool]:
    """Return a function that says whether a relative path matches a pattern of `glob`."""
    parts: list[str] = []
    for part in pattern.split("/"):
        if part != "**" or parts[-1:] != ["**"]:
            parts.append(part)
    return lambda path: _matches(path.parts, parts)


def _matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Return whether folders and a file match the parts of a pattern.

    It follows all ways at once, so that many `**` do not multiply the work.
    """
    reached = _past_stars({0}, parts)  # the parts that may match next
    for name in names:
        stars = {i for i in reached if i < len(parts) and parts[i] == "**"}
        ahead = {i + 1 for i in reached - stars if i < len(parts) and fnmatch(name, parts[i])}
        reached = _past_stars(stars | ahead, parts)
    return len(parts) in reached


def _past_stars(reached: set[int], parts: Sequence[str]) -> set[int]:
    """Add the parts after `**`, which matches no folder at all, too."""
    return reached | {i + 1 for i in reached if i < len(parts) and parts[i] == "**"}


def namesake(folder: Path, key: str) -> str | None:
    """Return a file near the notebook with the name of a missing one, if there is any.

    Notebooks that were written on another machine have paths such as `/content/sales.csv`.
    """
    name = key.replace("\\", "/").rpartition("/")[2]
    found = [path for path in files_below(folder, 2) if path.name == name]
    nearest = min(found, key=lambda path: (len(path.parts), path), default=None)
    return nearest.relative_to(folder).as_posix() if nearest else None


def files_below(folder: Path, deepest: int | None = None) -> Iterator[Path]:
    """Yield the regular files below a folder, hidden ones left out, in order.

    Links to folders are not followed, and after many entries there are no more.

    Args:
        folder: The folder.
        deepest: How many folders deep to look; None for all.
    """
    left = _MOST_ENTRIES
    for parent, folders, names in os.walk(folder):
        left -= len(folders) + len(names)
        depth = len(Path(parent).relative_to(folder).parts)
        visible = sorted(name for name in folders if not name.startswith("."))
        folders[:] = visible if left > 0 and (deepest is None or depth < deepest) else []
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path
