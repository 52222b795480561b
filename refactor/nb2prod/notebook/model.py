"""The model of a notebook: cells, metadata and format, whatever file it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeGuard, cast

import msgspec

from nb2prod.notebook.outputs import Output

CellKind = Literal["code", "markdown", "raw"]
Format = Literal["ipynb", "py", "md"]

# Kernels are named after their language, but not by its name.
_KERNELS = {"ir": "R", "xr": "R", "julia": "Julia", "bash": "Bash", "scala": "Scala"}
_NAMES = {"r": "R", "julia": "Julia", "javascript": "JavaScript", "c++": "C++", "sql": "SQL"}


class NotebookError(Exception):
    """A file that is no notebook nb2prod can read; the message says why, in one sentence."""


class ForeignLanguageError(NotebookError):
    """A notebook that is in order, but not in Python."""


class Cell(msgspec.Struct, frozen=True):
    """One cell; `index` counts from 0 over all cells, `source` is its text as the author left it.

    `outputs_count` is the number of stored outputs, 0 for a cell that was not run.
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
    """A notebook as it lies on disk."""

    path: Path
    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]
    format: Format
    version: tuple[int, int] = (4, 5)  # of the notebook format

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The cells that hold code, in order; their `index` still counts all cells."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def kernel(self) -> str | None:
        """The name of the kernel the notebook was saved with, for instance `python3`."""
        return _text(as_mapping(self.metadata.get("kernelspec")).get("name"))

    @property
    def python_2(self) -> bool:
        """Say whether the notebook was saved by a kernel of Python 2."""
        version = _text(as_mapping(self.metadata.get("language_info")).get("version")) or ""
        return self.kernel == "python2" or version.startswith("2.")

    @property
    def language(self) -> str:
        """The language of the code cells in lower case; `python` where the file does not say."""
        return language_of(self.metadata).lower()


def language_of(metadata: Mapping[str, Any]) -> str:
    """Name the language as people write it; what the kernel says last ran wins."""
    kernelspec = as_mapping(metadata.get("kernelspec"))
    for said in (
        as_mapping(metadata.get("language_info")).get("name"),
        kernelspec.get("language"),
        as_mapping(metadata.get("jupytext")).get("main_language") if not kernelspec else None,
    ):
        if name := _text(said):
            return _NAMES.get(name.lower(), name)
    kernel = (_text(kernelspec.get("name")) or "").partition("-")[0].lower()
    return _KERNELS.get(kernel, "python")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON value if it is an object with text keys, else an empty mapping."""
    return value if is_mapping(value) else {}


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a value is a mapping whose keys are all text."""
    return isinstance(value, Mapping) and all(
        isinstance(key, str) for key in cast("Mapping[Any, Any]", value)
    )
