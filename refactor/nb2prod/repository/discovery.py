"""Find the notebooks in folders."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from nb2prod.config import Config
from nb2prod.text.read_file import read_beginning

_NEVER = """.git .hg .svn .dvc .ipynb_checkpoints .virtual_documents .venv venv env node_modules
    __pycache__ site-packages .tox .nox .eggs .mypy_cache .ruff_cache .pytest_cache"""
NEVER = frozenset(_NEVER.split())
_BEGINNING = 4000  # bytes of a file that are searched for the signs of a notebook
_MARK = re.compile(rb"^#[ ]?%%(?:\s|\Z)", re.MULTILINE)  # not `# %%time`, which is a magic
_HEADER = (b"jupytext:", b"{code-cell}")


class MissingPathError(Exception):
    """A path given by the user does not exist."""


def find_notebooks(
    paths: Iterable[Path], exclude: Iterable[str], config_for: Callable[[Path], Config]
) -> Iterator[Path]:
    """Yield the notebooks among some files and in some folders, each once, in order.

    In a folder, notebooks are all `.ipynb` files, and the `.py` and `.md` files with the signs of
    a notebook, except those that git ignores or a pattern excludes. A file that is given itself
    is always taken.

    Args:
        paths: the files and folders.
        exclude: patterns of excluded paths, relative to each folder.
        config_for: returns the settings for the files of a folder.

    Raises:
        MissingPathError: a given path does not exist.
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
                if name.endswith(".ipynb") or _has_signs_of_notebook(path):
                    yield path


def _prefix(folder: str) -> str:
    """Return the prefix of the names in a folder, in patterns and in the output of git."""
    return "" if folder in {"", "."} else folder.replace(os.sep, "/") + "/"


def excluded(path: str, patterns: Iterable[str]) -> bool:
    """Return whether one of the patterns matches a path, its name, or a folder that contains it."""
    name = path.rpartition("/")[2]
    return any(
        fnmatch(path, pattern.rstrip("/"))
        or fnmatch(name, pattern.rstrip("/"))
        or path.startswith(pattern.rstrip("/") + "/")
        for pattern in patterns
    )


def _has_signs_of_notebook(path: Path) -> bool:
    try:
        content = read_beginning(path, _BEGINNING)
    except OSError:
        return False
    if path.suffix == ".md":
        return any(mark in content for mark in _HEADER)
    return _MARK.search(content) is not None


def _ignored_by_git(folder: Path) -> frozenset[str]:
    """Return the ignored files and folders below a folder; folders end with a slash."""
    if not any(
        (parent / ".git").exists() for parent in (folder.absolute(), *folder.absolute().parents)
    ):
        return frozenset()
    from nb2prod.repository.git import git  # noqa: PLC0415  only needed in a repository, and slow to import

    command = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    return frozenset(os.fsdecode(git(folder, *command) or b"").split("\0"))
