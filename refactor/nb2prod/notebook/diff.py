"""Compare two notebooks cell by cell, with nbdime."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from nb2prod.notebook.model import Notebook, NotebookError
from nb2prod.notebook.read import read_notebook

# Terminal colours, and other characters that would control a terminal.
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

State = Literal["same", "changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """The parts of cells to compare besides their sources."""

    outputs: bool = False
    metadata: bool = False


@dataclass(frozen=True, slots=True)
class CellPair:
    """A cell of the old notebook and its counterpart in the new one, in nbformat's form.

    Attributes:
        state: how they differ.
        old: the old cell; None if the cell was added.
        new: the new cell; None if the cell was removed.
    """

    state: State
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class NotebookDiff:
    """The difference between two notebooks.

    Attributes:
        old: the old notebook in nbformat's form, safe to print on a terminal.
        new: the new notebook, likewise.
        diff: the diff of nbdime; empty if the notebooks are equal.
    """

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    diff: list[Any]

    def pairs(self) -> Iterator[CellPair]:
        """Yield the cells of both notebooks in order, side by side."""
        changes: list[Any] = [c for op in self.diff if op["key"] == "cells" for c in op["diff"]]
        old: list[Any] = self.old["cells"]
        new: list[Any] = self.new["cells"]
        i = j = 0
        for op in sorted(changes, key=_place):
            while i < op["key"]:
                yield CellPair("same", old[i], new[j])
                i, j = i + 1, j + 1
            if op["op"] == "addrange":
                for _ in op["valuelist"]:
                    yield CellPair("added", None, new[j])
                    j += 1
            elif op["op"] == "removerange":
                for _ in range(op["length"]):
                    yield CellPair("removed", old[i], None)
                    i += 1
            else:
                yield CellPair("changed", old[i], new[j])
                i, j = i + 1, j + 1
        while i < len(old):
            yield CellPair("same", old[i], new[j])
            i, j = i + 1, j + 1


def _place(op: Mapping[str, Any]) -> tuple[int, bool]:
    return op["key"], op["op"] != "addrange"  # cells added at an index come before it


def diff_notebooks(old: Path, new: Path, options: DiffOptions) -> NotebookDiff:
    """Compare two notebooks.

    Raises:
        NotebookError: one of them cannot be read.
    """
    notebooks: Any = importlib.import_module("nbdime.diffing.notebooks")
    a, b = _read(old), _read(new)
    notebooks.set_notebook_diff_targets(
        sources=True,
        outputs=options.outputs,
        attachments=True,
        metadata=options.metadata,
        identifier=False,
        details=False,
    )
    try:
        found: list[Any] = notebooks.diff_notebooks(a, b)
    except RecursionError:
        raise NotebookError(f"{new}: nested too deeply to be compared") from None
    # A different version of the notebook format is not a change by the author.
    return NotebookDiff(a, b, [op for op in found if op.get("key") in {"cells", "metadata"}])


def _read(path: Path) -> Mapping[str, Any]:
    """Return a notebook in nbformat's form."""
    notebook = read_notebook(path)
    nbformat: Any = importlib.import_module("nbformat")
    if notebook.format != "ipynb":
        return nbformat.from_dict(_content(notebook))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return nbformat.from_dict(
            _shown(nbformat.reads(json.dumps(json.loads(text)), as_version=4))
        )
    except Exception as error:  # noqa: BLE001  the file may contain anything
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise NotebookError(
            f"{path}: not a notebook that can be compared ({reason:.200})"
        ) from None


def _content(notebook: Notebook) -> Mapping[str, Any]:
    """Return a script or a Markdown file as a notebook without outputs."""
    cells: list[Mapping[str, Any]] = []
    for cell in notebook.cells:
        code: Mapping[str, Any] = (
            {"outputs": [], "execution_count": None} if cell.kind == "code" else {}
        )
        metadata = {"tags": list(cell.tags)} if cell.tags else {}
        cells.append({"cell_type": cell.kind, "source": cell.source, "metadata": metadata, **code})
    return {
        "cells": cast("list[Any]", _shown(cells)),
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def _shown(value: Any) -> Any:
    """Return a value with texts that are safe to print on a terminal."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _COLOURS.sub("", value))
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _shown(inner) for key, inner in items}
    if isinstance(value, list):
        return [_shown(inner) for inner in cast("list[Any]", value)]
    return value
