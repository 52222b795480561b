"""Parts that shapes of hostile notebooks are made of.

A shape is a function from a size to the cells of a notebook. The sizes beside the shapes are those
at which an analysis in linear time takes about a second or less.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

Cell = str | dict[str, Any]


class Shape(NamedTuple):
    """A shape, and the largest size that it is measured at."""

    largest: int
    cells: Callable[[int], Iterable[Cell]]


def lines(line: str, first: str = "", last: str = "") -> Callable[[int], list[str]]:
    """Return the shape of one cell with a line for each number: `{i}`, and `{j}` before it."""

    def make(size: int) -> list[str]:
        body = (line.format(i=i, j=i - 1) for i in range(1, size + 1))
        return ["\n".join(filter(None, (first, *body, last)))]

    return make


def cells(line: str, first: str = "", last: str = "") -> Callable[[int], list[str]]:
    """Return the shape of a cell for each number."""

    def make(size: int) -> list[str]:
        body = (line.format(i=i, j=i - 1) for i in range(1, size + 1))
        return list(filter(None, (first, *body, last)))

    return make


def row(item: str, before: str = "", after: str = "", by: str = "") -> Callable[[int], list[str]]:
    """Return the shape of one line with an item for each number."""

    def make(size: int) -> list[str]:
        return [before + by.join(item.format(i=i, j=i - 1) for i in range(1, size + 1)) + after]

    return make


def nest(left: str, core: str, right: str = "", before: str = "") -> Callable[[int], list[str]]:
    """Return the shape of an expression within itself."""
    return lambda size: [before + left * size + core + right * size]


def blocks(head: str, core: str = "x = 1", tail: str = "") -> Callable[[int], list[str]]:
    """Return the shape of a block within itself; `tail` follows at the level of its head."""

    def make(size: int) -> list[str]:
        down = [" " * i + head.format(i=i) for i in range(size)]
        up = [" " * i + tail.format(i=i) for i in reversed(range(size)) if tail]
        return ["\n".join([*down, " " * size + core, *up])]

    return make


def text(unit: str, before: str = "", after: str = "") -> Callable[[int], list[Cell]]:
    """Return the shape of a Markdown cell that repeats a text."""
    return lambda size: [markdown(before + unit * size + after), "x = 1"]


def markdown(source: str) -> Cell:
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *outputs: Mapping[str, Any], **metadata: Any) -> Cell:
    """Return a code cell with outputs."""
    return {
        "cell_type": "code",
        "metadata": metadata,
        "execution_count": 1,
        "outputs": list(outputs),
        "source": source,
    }


def stream(content: str) -> dict[str, Any]:
    """Return an output of text."""
    return {"output_type": "stream", "name": "stdout", "text": content}


def shown(kind: str, content: str) -> dict[str, Any]:
    """Return an output of a kind, such as `text/html`."""
    return {"output_type": "display_data", "metadata": {}, "data": {kind: content}}


def write(path: Path, content: Iterable[Cell]) -> Path:
    """Write cells as a notebook."""
    whole = [_whole(number, cell) for number, cell in enumerate(content)]
    notebook = {"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def _whole(number: int, cell: Cell) -> dict[str, Any]:
    return {"id": f"c{number}", **(code(cell) if isinstance(cell, str) else cell)}  # type: ignore[dict-item]
