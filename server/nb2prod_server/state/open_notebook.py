"""Open notebooks: any open document that holds a notebook, with the locations of its cells.

A notebook of the editor has one document for each cell. A percent script, a Markdown file and the
joined text of JupyterLab have one document for all cells. For the rest of the server it makes no
difference.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from nb2prod.notebook.model import Notebook, NotebookError
from nb2prod.text.spans import LineTable
from nb2prod_server.protocol.positions import Positions
from nb2prod_server.state.documents import Document


@dataclass(frozen=True)
class CellLocation:
    """The location of a cell's text in a document, line by line.

    Attributes:
        uri: the document.
        source: the text of the cell.
        starts: for each line of the cell, its offset in the document.
    """

    uri: str
    source: str
    starts: tuple[int, ...]

    @classmethod
    def whole(cls, document: Document) -> CellLocation:
        """Return the location of a cell that is a whole document."""
        table = LineTable(document.text)
        starts = tuple(table.start(line) for line in range(1, len(table) + 1))
        return cls(document.uri, document.text, starts)

    @cached_property
    def lines(self) -> LineTable:
        """The lines of the cell."""
        return LineTable(self.source)

    def to_document(self, offset: int) -> int:
        """Convert an offset in the cell to an offset in the document."""
        line, column = self.lines.position(min(offset, len(self.source)))
        return self.starts[min(line, len(self.starts)) - 1] + column - 1

    def to_cell(self, offset: int) -> int | None:
        """Convert an offset in the document to an offset in the cell; None if it is outside."""
        line = bisect_right(self.starts, offset)
        if not line:
            return None
        start, end = self.lines.start(line), self.lines.start(line + 1)
        within = start + offset - self.starts[line - 1]
        last = line == len(self.starts)
        return within if within < end or (last and within <= len(self.source)) else None


@dataclass(frozen=True)
class OpenNotebook:
    """A notebook that is open in the editor, at one point in time.

    Attributes:
        uri: the URI of the notebook, or of the one document that holds it.
        content: the notebook as nb2prod reads it.
        locations: the location of each cell.
        cells_of: by document, the cells in it.
        has_cells: it is a notebook of the editor, so cells can be added, moved and removed.
        code_only: its Markdown, outputs and metadata are not known.
        error: the reason why the document cannot be read as a notebook.
    """

    uri: str
    content: Notebook
    locations: tuple[CellLocation, ...]
    cells_of: Mapping[str, list[int]]
    has_cells: bool = True
    code_only: bool = False
    error: NotebookError | None = None

    def locate(self, uri: str, offset: int) -> tuple[int, int] | None:
        """Return the cell at an offset in a document, and the offset in the cell."""
        for index in self.cells_of.get(uri, ()):
            inner = self.locations[index].to_cell(offset)
            if inner is not None:
                return index, inner
        return None

    def range(self, cell: int, start: int, end: int, positions: Positions) -> types.Range:
        """Return the range of a part of a cell in its document."""
        location = self.locations[cell]
        return positions.range(location.to_document(start), location.to_document(end))


def by_document(locations: Sequence[CellLocation]) -> Mapping[str, list[int]]:
    """Return the cells of each document."""
    found: dict[str, list[int]] = {}
    for index, location in enumerate(locations):
        found.setdefault(location.uri, []).append(index)
    return found


def path_of(uri: str) -> Path:
    """Return the path of a document; for one that is not a file, a path with its name."""
    return Path(to_fs_path(uri) or uri.rpartition("/")[2] or "notebook.ipynb")
