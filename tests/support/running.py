"""Notebooks, really run by IPython, and what their variables are afterwards."""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from msgspec.structs import replace
from places import NOTEBOOKS

from nb2prod.notebook.model import Cell, Notebook
from nb2prod.notebook.read import read_notebook
from nb2prod.refactoring.subject import Refactoring
from nb2prod.text.spans import apply_edits
from nb2prod.verify.probes.description import describe


class Shell(InteractiveShell):
    """IPython without a screen."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Leave figures where they are."""


def notebook_of(*sources: str, folder: Path, tags: Mapping[int, Sequence[str]] = {}) -> Notebook:
    cells = tuple(Cell(i, "code", s, tuple(tags.get(i, ())), {}) for i, s in enumerate(sources))
    return Notebook(folder / "prices.ipynb", cells, {}, "ipynb")


def example(path: str, folder: Path) -> Notebook:
    """A notebook of the examples, in a copy of its folder."""
    top = path.split("/", maxsplit=1)[0]
    shutil.copytree(NOTEBOOKS / top, folder / top, dirs_exist_ok=True)
    return read_notebook(folder / path)


def edited(notebook: Notebook, done: Refactoring) -> Notebook:
    """The notebook with the edits made, its project's files written."""
    for file in done.files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(file.after, "utf-8")
    cells = [
        replace(c, source=apply_edits(c.source, done.edits[c.index]))
        if c.index in done.edits
        else replace(c, kind="raw", source="")
        if c.index in done.removed
        else c
        for c in notebook.cells
    ]
    return replace(notebook, cells=tuple(cells))


def run(notebook: Notebook, twice: int | None = None) -> dict[str, str]:
    """Run all cells, one of them twice; return what its variables are: a digest of each value."""
    shell = Shell()
    before = set(shell.user_ns)
    modules, path, folder = set(sys.modules), list(sys.path), Path.cwd()
    sys.path_importer_cache.clear()
    os.environ["MPLBACKEND"] = "agg"
    try:
        os.chdir(notebook.path.parent)
        sys.path.insert(0, str(notebook.path.parent))
        for cell in notebook.code_cells:
            for _ in range(2 if cell.index == twice else 1):
                with contextlib.redirect_stdout(io.StringIO()):
                    result = shell.run_cell(cell.source, silent=True)
                assert result.success, (cell.index, cell.source, result.error_in_exec)
        found = {n: v for n, v in shell.user_ns.items() if n not in before and n[0] != "_"}
        return {name: _digest(value) for name, value in found.items()}
    finally:
        os.chdir(folder)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if str(notebook.path.parent) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


def _digest(value: object) -> str:
    found = describe(value)
    return f"{found['type']} {found['digest'] or found['why']}"
