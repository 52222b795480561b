"""Notebooks for tests, from the source of their cells."""

import json
from pathlib import Path


class Markdown(str):
    """The text of a Markdown cell."""

    __slots__ = ()


def notebook(folder: Path, *cells: str, name: str = "case.ipynb") -> Path:
    """Write a notebook; a cell that begins with `##` and a space is Markdown."""
    content = [
        {"cell_type": "markdown", "metadata": {}, "source": cell}
        if cell.startswith("## ") or isinstance(cell, Markdown)
        else {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": cell,
        }
        for cell in cells
    ]
    path = folder / name
    path.write_text(
        json.dumps({"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    )
    return path
