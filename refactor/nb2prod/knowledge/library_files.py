"""The data files in `libraries/`: one for each library, found by the name of its package."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("libraries")


def file_of(package: str) -> str:
    """Return the name of the file that describes a top-level package, without its ending."""
    return "stdlib" if package in sys.stdlib_module_names and package != "builtins" else package


@cache
def libraries() -> tuple[str, ...]:
    """Return the names of all files, in order."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def text(library: str) -> str:
    """Return the text of a library's file; empty if the library has none."""
    return _FOLDER.joinpath(f"{library}.toml").read_text("utf-8") if library in libraries() else ""


@cache
def table(package: str) -> Mapping[str, Any]:
    """Return the content of the file that describes a top-level package; empty if none does."""
    import tomllib  # noqa: PLC0415  `nb2prod check` needs no whole file, and does not wait for it

    return tomllib.loads(text(file_of(package)))
