"""The model of a notebook: cells, metadata and format, independent of the kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeGuard, cast

import msgspec

from nb2prod.notebook.outputs import Output
from nb2prod.text.untrusted import Untrusted

CellKind = Literal["code", "markdown", "raw"]
Format = Literal["ipynb", "py", "md"]

# Languages by kernel, for kernels whose name is not that of their language.
_KERNELS = {"ir": "R", "xr": "R", "julia": "Julia", "bash": "Bash", "scala": "Scala"}
_NAMES = {"r": "R", "julia": "Julia", "javascript": "JavaScript", "c++": "C++", "sql": "SQL"}


class NotebookError(Exception):
    """A file cannot be read as a notebook; the message says why, in one sentence."""


class ForeignLanguageError(NotebookError):
    """A notebook is valid, but not in Python."""


class Cell(msgspec.Struct, frozen=True):
    """One cell of a notebook.

    Attributes:
        index: its number among all cells, from 0.
        kind: `code`, `markdown` or `raw`.
        source: its text.
        tags: its tags.
        metadata: its metadata.
        execution_count: the number of its last run; None if it was not run.
        outputs_count: the number of stored outputs.
        outputs: the stored outputs.
        id: its id in the file, if it has one.
    """

    index: int
    kind: CellKind
    source: str
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]
    execution_count: int | None = None
    outputs_count: int = 0
    outputs: tuple[Output, ...] = ()
    id: str | None = None


class Notebook(msgspec.Struct, frozen=True):
    """A notebook; `version` is the version of the notebook format."""

    path: Path
    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]
    format: Format
    version: tuple[int, int] = (4, 5)

    @property
    def name(self) -> Untrusted:
        """The name of the file, which may hold any characters."""
        return Untrusted(self.path.name)

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The code cells, in order; their `index` counts all cells."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def kernel(self) -> str | None:
        """The name of the kernel that the notebook was saved with, for instance `python3`."""
        return _text(as_mapping(self.metadata.get("kernelspec")).get("name"))

    @property
    def python_2(self) -> bool:
        """The notebook was saved by a Python 2 kernel."""
        version = _text(as_mapping(self.metadata.get("language_info")).get("version")) or ""
        return self.kernel == "python2" or version.startswith("2.")

    @property
    def language(self) -> str:
        """The language of the code cells in lower case; `python` if the file does not say."""
        return language_of(self.metadata).lower()


def language_of(metadata: Mapping[str, Any]) -> str:
    """Return the usual name of the language; `language_info`, set by the last run, wins."""
    kernelspec = as_mapping(metadata.get("kernelspec"))
    for language in (
        as_mapping(metadata.get("language_info")).get("name"),
        kernelspec.get("language"),
        as_mapping(metadata.get("jupytext")).get("main_language") if not kernelspec else None,
    ):
        if name := _text(language):
            return _NAMES.get(name.lower(), name)
    kernel = (_text(kernelspec.get("name")) or "").partition("-")[0].lower()
    return _KERNELS.get(kernel, "python")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON value if it is a mapping with text keys, otherwise an empty mapping."""
    return value if is_mapping(value) else {}


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a value is a mapping with text keys only."""
    return isinstance(value, Mapping) and all(
        isinstance(key, str) for key in cast("Mapping[Any, Any]", value)
    )
