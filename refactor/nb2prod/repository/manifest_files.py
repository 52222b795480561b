"""Which files of a repository say what it needs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from nb2prod.repository.requirements import (
    Needed,
    declares_dependencies,
    is_requirements,
    needed_by,
    requirements,
    toml,
)
from nb2prod.repository.tree import Tree

LOCKS = (
    "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "pixi.lock",
    "pylock.toml", "requirements.lock", "environment.lock.yml",
)  # fmt: skip


def manifests(tree: Tree) -> Iterator[str]:
    """Yield the files in which the project says what it needs."""
    for path in sorted(tree.files):
        name = posixpath.basename(path)
        if name == "pyproject.toml":
            if declares_dependencies(read_toml(tree, path)):
                yield path
        elif (
            is_requirements(path)
            or name in {"setup.py", "setup.cfg", "Pipfile", "pixi.toml"}
            or re.fullmatch(r"(?:conda[-_])?env(?:ironment)?.*\.ya?ml", name)
        ):
            yield path


def needed(tree: Tree) -> Iterator[Needed]:
    """Yield what the manifests ask for, as far as they are files of data."""
    for path in manifests(tree):
        text = tree.text(path) or ""
        # What `-r` names is a file of the repository, too, and read in its turn.
        found = requirements(path, text) if is_requirements(path) else needed_by(path, text)
        yield from found or ()


def read_toml(tree: Tree, path: str) -> Any:
    """Return what is in a TOML file; nothing if it cannot be read."""
    return toml(tree.text(path) or "")
