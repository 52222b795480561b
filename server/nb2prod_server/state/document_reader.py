"""Read notebooks from single documents: percent scripts, Markdown, JupyterLab's joined text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from nb2prod.notebook.model import Cell, Notebook, NotebookError
from nb2prod.notebook.percent import is_percent, read_percent
from nb2prod.notebook.read import parse_notebook
from nb2prod.text.spans import LineTable
from nb2prod_server.state.documents import Document
from nb2prod_server.state.notebook_reader import PYTHON_LANGUAGES, SavedNotebook
from nb2prod_server.state.open_notebook import CellLocation, OpenNotebook, by_document, path_of

# jupyterlab-lsp joins the code cells of a notebook with this text.
_SEPARATOR = "\n\n\n"
_VIRTUAL_FOLDER = ".virtual_documents"
_MARKDOWN = re.compile(r"\A---\s*\n(?:.*\n)*?jupy(?:ter|text):|^```\s*\{code-cell\}", re.MULTILINE)

Locate = Callable[[Document, Sequence[str]], Iterator[CellLocation]]


def read_document(document: Document) -> OpenNotebook | None:
    """Return the notebook in a document; None if the document is not a notebook."""
    path = path_of(document.uri)
    if path.suffix.lower() == ".ipynb":
        return _joined(document, path) if document.language in PYTHON_LANGUAGES else None
    if path.suffix.lower() == ".py" and is_percent(document.text):
        return _read(document, path, _script_locations)
    if path.suffix.lower() == ".md" and _MARKDOWN.search(document.text):
        return _read(document, path, _found_locations)
    return None


def _read(document: Document, path: Path, locate: Locate) -> OpenNotebook:
    content = document.text.encode("utf-8", "replace")
    try:
        notebook = parse_notebook(path, content)
    except NotebookError as error:
        empty = Notebook(path, (), {}, "py")
        return OpenNotebook(document.uri, empty, (), {}, has_cells=False, error=error)
    locations = tuple(locate(document, [cell.source for cell in notebook.cells]))
    cells_of = by_document(locations)
    return OpenNotebook(document.uri, notebook, locations, cells_of, has_cells=False)


def _script_locations(document: Document, sources: Sequence[str]) -> Iterator[CellLocation]:
    """Yield the locations of the cells in a percent script."""
    _, cells = read_percent(document.text)
    table = LineTable(document.text)
    for cell, source in zip(cells, sources, strict=True):
        starts: list[int] = []
        for line in cell.lines:
            start, end = table.start(line.number + 1), table.start(line.number + 2)
            text = document.text[start:end].rstrip("\r\n")
            # The `# ` that makes a comment of IPython syntax is not part of the cell.
            starts.append(start + len(text) - len(line.text) if cell.kind == "code" else start)
        yield CellLocation(document.uri, source, tuple(starts) or (table.start(cell.start + 1),))


def _found_locations(document: Document, sources: Sequence[str]) -> Iterator[CellLocation]:
    """Yield the locations of cells whose sources appear in a document, one after the other."""
    done = 0
    for source in sources:
        at = document.text.find(source, done)
        table = LineTable(source)
        if at < 0 or not source:
            yield CellLocation(document.uri, source, (done,) * len(table))
            continue
        starts = tuple(at + table.start(n) for n in range(1, len(table) + 1))
        yield CellLocation(document.uri, source, starts)
        done = at + len(source)


def _joined(document: Document, path: Path) -> OpenNotebook:
    """Return a notebook whose code cells jupyterlab-lsp has joined to one text."""
    parts = document.text.strip("\n").split(_SEPARATOR)
    saved = SavedNotebook.read(Path(*(p for p in path.parts if p != _VIRTUAL_FOLDER))).notebook
    sources = [c.source.strip("\n") for c in saved.code_cells] if saved else []
    sizes = [source.count(_SEPARATOR) + 1 for source in sources if source]
    if sum(sizes) == len(parts):  # a cell itself may contain two blank lines
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        parts = [_SEPARATOR.join(parts[e - n : e]) for e, n in zip(ends, sizes, strict=True)]
    cells = tuple(Cell(i, "code", part, (), {}, id=f"{i}") for i, part in enumerate(parts))
    notebook = Notebook(path, cells, saved.metadata if saved else {}, "ipynb")
    locations = tuple(_found_locations(document, parts))
    return OpenNotebook(
        document.uri, notebook, locations, by_document(locations), has_cells=False, code_only=True
    )
