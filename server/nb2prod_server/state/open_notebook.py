"""Sheets: whatever is open that holds a notebook, as a notebook and the places of its cells.

A notebook of an editor has a document for each cell; a percent script, a Markdown file and the
joined text of JupyterLab have one for all. From here on it makes no difference.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from msgspec import structs
from pygls.uris import to_fs_path

from nb2prod.notebook.model import Cell, CellKind, Notebook, NotebookError
from nb2prod.notebook.percent import is_percent, read_percent
from nb2prod.notebook.read import parse_notebook, read_notebook
from nb2prod.text.spans import LineTable
from nb2prod_server.protocol.positions import Positions
from nb2prod_server.state.documents import CellRef, Document, Documents, NotebookDocument

# What jupyterlab-lsp puts between the cells of the text it sends.
_GAP = "\n\n\n"
_JOINED = ".virtual_documents"
_MARKDOWN = re.compile(r"\A---\s*\n(?:.*\n)*?jupy(?:ter|text):|^```\s*\{code-cell\}", re.MULTILINE)
_PYTHON = frozenset({"python", "ipython", "python3"})


@dataclass(frozen=True)
class Place:
    """Where the text of a cell stands: line by line in a document."""

    uri: str
    source: str
    starts: tuple[int, ...]  # for each line of the cell, its offset in the document

    @cached_property
    def lines(self) -> LineTable:
        """The lines of the cell."""
        return LineTable(self.source)

    def outside(self, offset: int) -> int:
        """Return the offset in the document of an offset in the cell."""
        line, column = self.lines.position(min(offset, len(self.source)))
        return self.starts[min(line, len(self.starts)) - 1] + column - 1

    def inside(self, offset: int) -> int | None:
        """Return the offset in the cell of an offset in the document; None if it lies elsewhere."""
        line = bisect_right(self.starts, offset)
        if not line:
            return None
        start, end = self.lines.start(line), self.lines.start(line + 1)
        within = start + offset - self.starts[line - 1]
        last = line == len(self.starts)
        return within if within < end or (last and within <= len(self.source)) else None


@dataclass(frozen=True)
class Sheet:
    """A notebook that is open, and where its cells stand.

    Attributes:
        uri: of the notebook, or of the one document that holds it.
        notebook: its cells as nb2prod reads them.
        places: of the cells, one each.
        cells_of: for each document, the cells that stand in it.
        whole: it is a notebook of the editor: cells can be added, moved and removed.
        partial: its Markdown, outputs and metadata are not known.
        error: why there is nothing to see in it.
    """

    uri: str
    notebook: Notebook
    places: tuple[Place, ...]
    cells_of: Mapping[str, list[int]]
    whole: bool = True
    partial: bool = False
    error: NotebookError | None = None

    def at(self, uri: str, offset: int) -> tuple[int, int] | None:
        """Return cell and offset in it of an offset in a document."""
        for index in self.cells_of.get(uri, ()):
            inside = self.places[index].inside(offset)
            if inside is not None:
                return index, inside
        return None

    def range(self, cell: int, start: int, end: int, positions: Positions) -> types.Range:
        """Return the range in its document of a part of a cell."""
        place = self.places[cell]
        return positions.range(place.outside(start), place.outside(end))


@dataclass(frozen=True)
class Saved:
    """What the file of a notebook says that an editor does not: outputs, ids, metadata."""

    notebook: Notebook | None
    by_id: dict[str, Cell] = field(default_factory=dict[str, Cell])

    @classmethod
    def read(cls, path: Path) -> Saved:
        """Read a file; one that is not there, or no notebook, says nothing."""
        try:
            notebook = read_notebook(path) if path.suffix.lower() == ".ipynb" else None
        except NotebookError:
            notebook = None
        cells = notebook.cells if notebook else ()
        return cls(notebook, {cell.id: cell for cell in cells if cell.id is not None})

    def cell(self, ref: CellRef, index: int, count: int) -> Cell | None:
        """Return the saved state of a cell of the editor.

        Without an id it is told by its place, as long as there are as many cells as in the file.
        """
        identity = ref.metadata.get("id")
        if isinstance(identity, str):
            return self.by_id.get(identity)
        if self.notebook and len(self.notebook.cells) == count:
            return self.notebook.cells[index]
        return None


class NotebookReader:
    """Reads the states of one notebook of the editor; a cell that stays the same is one object."""

    def __init__(self, uri: str) -> None:
        """Read what its file says."""
        self.path = path_of(uri)
        self.saved = Saved.read(self.path)
        self.touched: set[str] = set()  # the cells that had changed when it was read last
        self._known: tuple[NotebookDocument, Saved, Sheet] | None = None

    def reload(self) -> None:
        """Read again what the file says."""
        self.saved = Saved.read(self.path)

    def read(self, document: NotebookDocument, documents: Documents) -> Sheet:
        """Return a notebook as it is now."""
        self.touched = documents.take_changed(document.uri)
        sheet = self._edited(document, documents, self.touched) or self._anew(document, documents)
        self._known = document, self.saved, sheet
        return sheet

    def _edited(
        self, document: NotebookDocument, documents: Documents, changed: set[str]
    ) -> Sheet | None:
        """Return the notebook with some texts changed; None if more has."""
        if self._known is None:
            return None
        before, saved, sheet = self._known
        same = document.cells is before.cells and document.metadata == before.metadata
        if not same or saved is not self.saved:
            return None
        cells, places = list(sheet.notebook.cells), list(sheet.places)
        for uri in changed:
            for index in sheet.cells_of.get(uri, ()):
                text = documents.texts[uri]
                cells[index] = structs.replace(cells[index], source=text.text)
                places[index] = _whole(text)
        notebook = structs.replace(sheet.notebook, cells=tuple(cells))
        return replace(sheet, notebook=notebook, places=tuple(places))

    def _anew(self, document: NotebookDocument, documents: Documents) -> Sheet:
        known = self._known[2] if self._known else None
        old: dict[str | None, Cell] = {c.id: c for c in known.notebook.cells} if known else {}
        count = len(document.cells)
        cells: list[Cell] = []
        for index, ref in enumerate(document.cells):
            cell = _cell(index, ref, documents.texts[ref.uri], self.saved.cell(ref, index, count))
            same = old.get(cell.id)
            cells.append(same if same and same == cell else cell)
        notebook = Notebook(
            self.path, tuple(cells), self._metadata(document), "ipynb", self._version()
        )
        places = tuple(_whole(documents.texts[ref.uri]) for ref in document.cells)
        return Sheet(document.uri, notebook, places, _grouped(places))

    def _metadata(self, document: NotebookDocument) -> dict[str, Any]:
        saved: Mapping[str, Any] = self.saved.notebook.metadata if self.saved.notebook else {}
        return {**saved, **_inner(document.metadata)}

    def _version(self) -> tuple[int, int]:
        return self.saved.notebook.version if self.saved.notebook else (4, 5)


def _cell(index: int, ref: CellRef, text: Document, saved: Cell | None) -> Cell:
    metadata = _inner(ref.metadata)
    if saved and not ref.metadata:
        metadata = saved.metadata
    tags: object = metadata.get("tags")
    names = cast("list[object]", tags) if isinstance(tags, list) else []
    count = ref.metadata.get("execution_count", ref.order)
    if saved and not ref.metadata and ref.order is None:
        count = saved.execution_count
    kind: CellKind = "markdown"
    if ref.code:
        kind = "code" if text.language in _PYTHON else "raw"
    ran = count if type(count) is int else None
    # The outputs of a cell that was run since are not in the file yet.
    outputs = saved.outputs if saved and saved.execution_count == ran else ()
    identity = ref.metadata.get("id") or (saved.id if saved else None) or ref.uri
    return Cell(
        index,
        kind,
        text.text,
        tuple(name for name in names if isinstance(name, str)),
        metadata,
        ran,
        len(outputs),
        outputs,
        identity if isinstance(identity, str) else ref.uri,
    )


def _inner(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the metadata of the file in those of an editor, which may wrap them in its own."""
    inner: object = metadata.get("metadata", metadata)
    return cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}


def _whole(text: Document) -> Place:
    table = LineTable(text.text)
    return Place(text.uri, text.text, tuple(table.start(line) for line in range(1, len(table) + 1)))


def read_document(document: Document) -> Sheet | None:
    """Return the notebook that a document holds; None if it holds none."""
    path = path_of(document.uri)
    if path.suffix.lower() == ".ipynb":
        return _joined(document, path) if document.language in _PYTHON else None
    if path.suffix.lower() == ".py" and is_percent(document.text):
        return _read(document, path, _script_places)
    if path.suffix.lower() == ".md" and _MARKDOWN.search(document.text):
        return _read(document, path, _found_places)
    return None


def _read(document: Document, path: Path, places: Any) -> Sheet:
    content = document.text.encode("utf-8", "replace")
    try:
        notebook = parse_notebook(path, content)
    except NotebookError as error:
        nothing = Notebook(path, (), {}, "py")
        return Sheet(document.uri, nothing, (), {}, whole=False, error=error)
    found = tuple(places(document, [cell.source for cell in notebook.cells]))
    return Sheet(document.uri, notebook, found, _grouped(found), whole=False)


def _script_places(document: Document, sources: Sequence[str]) -> Iterator[Place]:
    _, cells = read_percent(document.text)
    table = LineTable(document.text)
    for cell, source in zip(cells, sources, strict=True):
        starts: list[int] = []
        for line in cell.lines:
            start, end = table.start(line.number + 1), table.start(line.number + 2)
            whole = document.text[start:end].rstrip("\r\n")
            # The sign that makes a comment of IPython's syntax is no part of the cell.
            starts.append(start + len(whole) - len(line.text) if cell.kind == "code" else start)
        yield Place(document.uri, source, tuple(starts) or (table.start(cell.start + 1),))


def _found_places(document: Document, sources: Sequence[str]) -> Iterator[Place]:
    """Find the cells one behind the other in a text that has them as they are."""
    done = 0
    for source in sources:
        at = document.text.find(source, done)
        table = LineTable(source)
        if at < 0 or not source:
            yield Place(document.uri, source, (done,) * len(table))
            continue
        yield Place(
            document.uri, source, tuple(at + table.start(n) for n in range(1, len(table) + 1))
        )
        done = at + len(source)


def _joined(document: Document, path: Path) -> Sheet:
    """Read the code of a notebook as jupyterlab-lsp sends it: all cells in one text."""
    parts = document.text.strip("\n").split(_GAP)
    saved = Saved.read(Path(*(part for part in path.parts if part != _JOINED))).notebook
    sources = [c.source.strip("\n") for c in saved.code_cells] if saved else []
    sizes = [source.count(_GAP) + 1 for source in sources if source]
    if sum(sizes) == len(parts):  # a cell may have two blank lines in it
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        parts = [_GAP.join(parts[e - n : e]) for e, n in zip(ends, sizes, strict=True)]
    cells = tuple(Cell(i, "code", part, (), {}, id=f"{i}") for i, part in enumerate(parts))
    notebook = Notebook(path, cells, saved.metadata if saved else {}, "ipynb")
    places = tuple(_found_places(document, parts))
    return Sheet(document.uri, notebook, places, _grouped(places), whole=False, partial=True)


def _grouped(places: Sequence[Place]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, place in enumerate(places):
        found.setdefault(place.uri, []).append(index)
    return found


def path_of(uri: str) -> Path:
    """Return the path of a document; for one that is no file, what it may be called."""
    return Path(to_fs_path(uri) or uri.rpartition("/")[2] or "notebook.ipynb")
