"""Which files are checked, when folders are named."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from nb2prod.config import Config

_NEVER = """.git .hg .svn .dvc .ipynb_checkpoints .virtual_documents .venv venv env node_modules
    __pycache__ site-packages .tox .nox .eggs .mypy_cache .ruff_cache .pytest_cache"""
NEVER = frozenset(_NEVER.split())
_BEGINNING = 4000  # bytes of a file in which it says that it is a notebook
_MARK = re.compile(rb"^#[ ]?%%(?:\s|\Z)", re.MULTILINE)  # `# %%time` is a magic, and no mark
_HEADER = (b"jupytext:", b"{code-cell}")


class MissingPathError(Exception):
    """A path that was asked for does not exist, or is not of a kind that can be checked."""


def find_notebooks(
    paths: Iterable[Path], exclude: Iterable[str], config_for: Callable[[Path], Config]
) -> Iterator[Path]:
    """Yield the notebooks among files and in folders, each once, in order.

    In a folder these are all `.ipynb` files, and the `.py` and `.md` files that say that they are
    notebooks; not those that git ignores or that a pattern excludes. A file that is named is
    always taken.

    Raises:
        MissingPathError: a path that was named is not there.
    """
    patterns = tuple(exclude)
    seen: set[str] = set()
    for path in paths:
        if path.is_dir():
            found = _in_folder(path, patterns, config_for)
        elif path.exists():
            found = iter([path])
        else:
            raise MissingPathError(f"{path}: no such file or folder")
        for file in found:
            if (key := os.path.abspath(file)) not in seen:
                seen.add(key)
                yield file


def _in_folder(
    folder: Path, patterns: tuple[str, ...], config_for: Callable[[Path], Config]
) -> Iterator[Path]:
    config = config_for(folder)
    outer = _prefix(os.path.relpath(os.path.abspath(folder), config.root.absolute()))
    ignored = _ignored_by_git(folder)
    top = len(str(folder))
    for parent, folders, names in os.walk(str(folder)):
        here = Path(parent)
        inner = _prefix(parent[top:].strip(os.sep))

        def skipped(name: str, *, slash: str = "", inner: str = inner) -> bool:
            return (
                f"{inner}{name}{slash}" in ignored
                or excluded(f"{inner}{name}", patterns)
                or excluded(f"{outer}{inner}{name}", config.exclude)
            )

        folders[:] = sorted(f for f in folders if f not in NEVER and not skipped(f, slash="/"))
        for name in sorted(names):
            if name.endswith((".ipynb", ".py", ".md")) and not skipped(name):
                path = here / name
                if name.endswith(".ipynb") or _says_notebook(path):
                    yield path


def _prefix(folder: str) -> str:
    """Return what comes before the names in a folder, in patterns and as git writes it."""
    return "" if folder in {"", "."} else folder.replace(os.sep, "/") + "/"


def excluded(path: str, patterns: Iterable[str]) -> bool:
    """Say whether a path, its name, or a folder it lies in is named by one of the patterns."""
    name = path.rpartition("/")[2]
    return any(
        fnmatch(path, pattern.rstrip("/"))
        or fnmatch(name, pattern.rstrip("/"))
        or path.startswith(pattern.rstrip("/") + "/")
        for pattern in patterns
    )


def _says_notebook(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            content = stream.read(_BEGINNING)
    except OSError:
        return False
    if path.suffix == ".md":
        return any(mark in content for mark in _HEADER)
    return _MARK.search(content) is not None


def _ignored_by_git(folder: Path) -> frozenset[str]:
    """Return what git ignores below a folder, ignored folders with a slash at their end."""
    if not any(
        (parent / ".git").exists() for parent in (folder.absolute(), *folder.absolute().parents)
    ):
        return frozenset()
    from nb2prod.repository.git import git  # noqa: PLC0415  it starts a process, which takes its time

    command = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    return frozenset(os.fsdecode(git(folder, *command) or b"").split("\0"))
