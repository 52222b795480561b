"""The manifests of a repository: the files that declare its dependencies."""

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
    """Yield the files that declare the dependencies of the project."""
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
    """Yield the packages that the manifests require; `setup.py` and the like are left out."""
    for path in manifests(tree):
        text = tree.text(path) or ""
        # A file that `-r` includes is a manifest itself, and read on its own.
        found = requirements(path, text) if is_requirements(path) else needed_by(path, text)
        yield from found or ()


def read_toml(tree: Tree, path: str) -> Any:
    """Return the content of a TOML file; empty if it cannot be read."""
    return toml(tree.text(path) or "")
