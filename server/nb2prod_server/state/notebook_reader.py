"""Read a notebook of the editor, completed with what only its file knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from msgspec import structs

from nb2prod.notebook.model import Cell, CellKind, Notebook, NotebookError
from nb2prod.notebook.read import read_notebook
from nb2prod_server.state.documents import CellRef, Document, Documents, NotebookDocument
from nb2prod_server.state.open_notebook import CellLocation, OpenNotebook, by_document, path_of

PYTHON_LANGUAGES = frozenset({"python", "ipython", "python3"})


@dataclass(frozen=True)
class SavedNotebook:
    """The file of a notebook, which has the outputs, ids and metadata that an editor may not send.

    Attributes:
        notebook: the notebook in the file; None if it cannot be read.
        by_id: its cells that have an id.
    """

    notebook: Notebook | None
    by_id: dict[str, Cell] = field(default_factory=dict[str, Cell])

    @classmethod
    def read(cls, path: Path) -> SavedNotebook:
        """Read a file; a missing or invalid one counts as empty."""
        try:
            notebook = read_notebook(path) if path.suffix.lower() == ".ipynb" else None
        except NotebookError:
            notebook = None
        cells = notebook.cells if notebook else ()
        return cls(notebook, {cell.id: cell for cell in cells if cell.id is not None})

    def cell(self, ref: CellRef, index: int, count: int) -> Cell | None:
        """Return the saved state of a cell of the editor.

        A cell without an id is identified by its index, if the file has as many cells.
        """
        identity = ref.metadata.get("id")
        if isinstance(identity, str):
            return self.by_id.get(identity)
        if self.notebook and len(self.notebook.cells) == count:
            return self.notebook.cells[index]
        return None


class NotebookReader:
    """Reads the successive states of one notebook of the editor.

    A cell that has not changed is the same object in each state.

    Attributes:
        path: the path of the notebook.
        saved: the content of its file.
        touched: the documents that had changed when the notebook was read last.
    """

    def __init__(self, uri: str) -> None:
        """Read the file of the notebook."""
        self.path = path_of(uri)
        self.saved = SavedNotebook.read(self.path)
        self.touched: set[str] = set()
        self._known: tuple[NotebookDocument, SavedNotebook, OpenNotebook] | None = None

    def reload(self) -> None:
        """Read the file again."""
        self.saved = SavedNotebook.read(self.path)

    def read(self, document: NotebookDocument, documents: Documents) -> OpenNotebook:
        """Return the notebook as it is now."""
        self.touched = documents.take_changed(document.uri)
        notebook = self._edited(document, documents) or self._from_scratch(document, documents)
        self._known = document, self.saved, notebook
        return notebook

    def _edited(self, document: NotebookDocument, documents: Documents) -> OpenNotebook | None:
        """Return the last state with some texts changed; None if more has changed."""
        if self._known is None:
            return None
        before, saved, notebook = self._known
        same = document.cells is before.cells and document.metadata == before.metadata
        if not same or saved is not self.saved:
            return None
        cells, locations = list(notebook.content.cells), list(notebook.locations)
        for uri in self.touched:
            for index in notebook.cells_of.get(uri, ()):
                text = documents.texts[uri]
                cells[index] = structs.replace(cells[index], source=text.text)
                locations[index] = CellLocation.whole(text)
        content = structs.replace(notebook.content, cells=tuple(cells))
        return replace(notebook, content=content, locations=tuple(locations))

    def _from_scratch(self, document: NotebookDocument, documents: Documents) -> OpenNotebook:
        last = self._known[2] if self._known else None
        old: dict[str | None, Cell] = {c.id: c for c in last.content.cells} if last else {}
        count = len(document.cells)
        cells: list[Cell] = []
        for index, ref in enumerate(document.cells):
            cell = _cell(index, ref, documents.texts[ref.uri], self.saved.cell(ref, index, count))
            same = old.get(cell.id)
            cells.append(same if same and same == cell else cell)
        version = self.saved.notebook.version if self.saved.notebook else (4, 5)
        content = Notebook(self.path, tuple(cells), self._metadata(document), "ipynb", version)
        locations = tuple(CellLocation.whole(documents.texts[ref.uri]) for ref in document.cells)
        return OpenNotebook(document.uri, content, locations, by_document(locations))

    def _metadata(self, document: NotebookDocument) -> dict[str, Any]:
        saved: Mapping[str, Any] = self.saved.notebook.metadata if self.saved.notebook else {}
        return {**saved, **_file_metadata(document.metadata)}


def _cell(index: int, ref: CellRef, text: Document, saved: Cell | None) -> Cell:
    """Return a cell of the editor, completed from its saved state."""
    metadata = _file_metadata(ref.metadata)
    if saved and not ref.metadata:
        metadata = saved.metadata
    tags: object = metadata.get("tags")
    names = cast("list[object]", tags) if isinstance(tags, list) else []
    count = ref.metadata.get("execution_count", ref.order)
    if saved and not ref.metadata and ref.order is None:
        count = saved.execution_count
    kind: CellKind = "markdown"
    if ref.code:
        kind = "code" if text.language in PYTHON_LANGUAGES else "raw"
    execution_count = count if type(count) is int else None
    # The file does not have the outputs of a cell that was run since it was saved.
    outputs = saved.outputs if saved and saved.execution_count == execution_count else ()
    identity = ref.metadata.get("id") or (saved.id if saved else None) or ref.uri
    return Cell(
        index=index,
        kind=kind,
        source=text.text,
        tags=tuple(name for name in names if isinstance(name, str)),
        metadata=metadata,
        execution_count=execution_count,
        outputs_count=len(outputs),
        outputs=outputs,
        id=identity if isinstance(identity, str) else ref.uri,
    )


def _file_metadata(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the metadata of the file, which an editor may wrap in its own."""
    inner: object = metadata.get("metadata", metadata)
    return cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}
