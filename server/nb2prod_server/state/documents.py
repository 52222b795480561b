"""The documents that are open in the editor, kept up to date with its changes.

Documents are immutable values, so code that works on a notebook keeps seeing one state of it.
Changes never fail: a message that does not match the known state is logged and applied as far as
possible, and the cells in question are marked, to be read again when the notebook is saved.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import attrs
from lsprotocol import types

from nb2prod_server.protocol.positions import Encoding, Positions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """An open text: a file, or a cell of a notebook."""

    uri: str
    language: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class CellRef:
    """A cell of a notebook; its text is the document `uri`.

    Attributes:
        uri: the URI of the cell's document, whose form is up to the editor.
        code: it is a code cell.
        metadata: the metadata that the editor sends.
        order: the number of its last run; None if the editor does not send it.
    """

    uri: str
    code: bool
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    order: int | None = None


@dataclass(frozen=True, slots=True)
class NotebookDocument:
    """An open notebook of the editor."""

    uri: str
    version: int
    metadata: Mapping[str, Any]
    cells: tuple[CellRef, ...]


class Documents:
    """The open documents and notebooks.

    Attributes:
        encoding: the unit of positions.
        texts: the documents, by URI.
        notebooks: the notebooks, by URI.
        out_of_sync: the cells whose text may differ from that in the editor.
    """

    def __init__(self, encoding: Encoding = Encoding.UTF_16) -> None:
        """Begin without documents."""
        self.encoding = encoding
        self.texts: dict[str, Document] = {}
        self.notebooks: dict[str, NotebookDocument] = {}
        self.out_of_sync: set[str] = set()
        self._owner: dict[str, str] = {}  # by cell, its notebook
        self._changed: dict[str, set[str]] = {}  # by notebook, the cells whose text has changed

    def take_changed(self, uri: str) -> set[str]:
        """Return the cells of a notebook whose text has changed since the last call."""
        return self._changed.pop(uri, set())

    def notebook_of(self, uri: str) -> NotebookDocument | None:
        """Return the notebook that a cell belongs to."""
        return self.notebooks.get(self._owner.get(uri, ""))

    def text(self, uri: str) -> str:
        """Return the text of a document; empty if it is not open."""
        document = self.texts.get(uri)
        return document.text if document else ""

    def positions(self, uri: str) -> Positions:
        """Return the positions in a document."""
        return Positions(self.text(uri), self.encoding)

    def open_text(self, item: types.TextDocumentItem) -> None:
        """Add a document, or replace its whole text."""
        language = str(getattr(item.language_id, "value", item.language_id))
        self._put_text(Document(item.uri, language, item.version, item.text))
        self.out_of_sync.discard(item.uri)

    def replace_text(self, uri: str, text: str) -> None:
        """Replace the text of a document by a text from its file."""
        if document := self.texts.get(uri):
            self._put_text(replace(document, text=text))
            self.out_of_sync.discard(uri)

    def close_text(self, uri: str) -> None:
        """Remove a document."""
        self.texts.pop(uri, None)
        self.out_of_sync.discard(uri)

    def change_text(
        self, uri: str, version: int, changes: Iterable[types.TextDocumentContentChangeEvent]
    ) -> None:
        """Apply changes to a document, one after the other."""
        document = self.texts.get(uri)
        if document is None:
            log.warning("changed document %s is not open", uri)
            self.out_of_sync.add(uri)
            document = Document(uri, "python", version, "")
        text = apply_changes(document.text, changes, self.encoding)
        self._put_text(replace(document, version=version, text=text))

    def _put_text(self, document: Document) -> None:
        self.texts[document.uri] = document
        if owner := self._owner.get(document.uri):
            self._changed.setdefault(owner, set()).add(document.uri)

    def open_notebook(
        self, notebook: types.NotebookDocument, documents: Iterable[types.TextDocumentItem]
    ) -> None:
        """Add a notebook with its cells."""
        self.close_notebook(notebook.uri)
        for document in documents:
            self.open_text(document)
        cells = tuple(map(_cell, notebook.cells))
        self._put(NotebookDocument(notebook.uri, notebook.version, plain(notebook.metadata), cells))

    def close_notebook(self, uri: str) -> None:
        """Remove a notebook and its cells."""
        notebook = self.notebooks.pop(uri, None)
        for cell in notebook.cells if notebook else ():
            self._owner.pop(cell.uri, None)
            self.close_text(cell.uri)

    def change_notebook(
        self, uri: str, version: int, change: types.NotebookDocumentChangeEvent
    ) -> bool:
        """Apply a change to a notebook; return whether cells were added, removed or moved."""
        notebook = self.notebooks.get(uri)
        if notebook is None:
            log.warning("changed notebook %s is not open", uri)
            return False
        metadata = notebook.metadata if change.metadata is None else plain(change.metadata)
        cells, parts = notebook.cells, change.cells
        if parts and parts.structure:
            cells = self._restructured(cells, parts.structure)
        if parts and parts.data:
            known = {cell.uri: cell for cell in map(_cell, parts.data)}
            cells = tuple(known.get(cell.uri, cell) for cell in cells)
        self._put(NotebookDocument(uri, version, metadata, cells))
        for content in parts.text_content or () if parts else ():
            document = content.document
            if self._owner.get(document.uri) != uri:
                log.warning("changed cell %s is not a cell of %s", document.uri, uri)
                continue
            self.change_text(document.uri, document.version, content.changes)
        return bool(parts and parts.structure)

    def _restructured(
        self, cells: tuple[CellRef, ...], structure: types.NotebookDocumentCellChangeStructure
    ) -> tuple[CellRef, ...]:
        """Return the cells with some removed and others inserted."""
        array = structure.array
        start, stop = array.start, array.start + array.delete_count
        if stop > len(cells):
            log.warning("cells %d to %d change, but there are only %d", start, stop, len(cells))
        new = tuple(map(_cell, array.cells or ()))
        for document in structure.did_open or ():
            self.open_text(document)
        result = (*cells[:start], *new, *cells[stop:])
        here = {cell.uri for cell in result}
        for cell in cells[start:stop]:
            if cell.uri not in here:
                self._owner.pop(cell.uri, None)
        for closed in structure.did_close or ():
            if closed.uri in here:
                log.warning("closed cell %s is still in its notebook", closed.uri)
            else:
                self.close_text(closed.uri)
        return result

    def _put(self, notebook: NotebookDocument) -> None:
        before = self.notebooks.get(notebook.uri)
        self.notebooks[notebook.uri] = notebook
        if before and before.cells is notebook.cells:
            return
        for cell in notebook.cells:
            self._owner[cell.uri] = notebook.uri
            if cell.uri not in self.texts:
                log.warning("the text of %s was never sent", cell.uri)
                self.texts[cell.uri] = Document(cell.uri, "python", 0, "")
                self.out_of_sync.add(cell.uri)


def apply_changes(
    text: str, changes: Iterable[types.TextDocumentContentChangeEvent], encoding: Encoding
) -> str:
    """Return a text with changes applied one after the other, each at positions in the result."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            positions = Positions(text, encoding)
            start = positions.offset(change.range.start)
            end = max(start, positions.offset(change.range.end))
            text = text[:start] + change.text + text[end:]
        else:
            text = change.text
    return text


def _cell(cell: types.NotebookCell) -> CellRef:
    summary = cell.execution_summary
    code = cell.kind == types.NotebookCellKind.Code
    return CellRef(
        cell.document, code, plain(cell.metadata), summary.execution_order if summary else None
    )


def plain(value: object) -> dict[str, Any]:
    """Return an object as a plain mapping, whatever class pygls has parsed it to."""
    found = _value(value)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(key): _value(item) for key, item in items}
    if hasattr(value, "_asdict"):  # pygls parses objects to named tuples
        return _value(value._asdict())
    if isinstance(value, list | tuple):
        return [_value(item) for item in cast("Sequence[object]", value)]
    return _value(attrs.asdict(value)) if attrs.has(cast("type[Any]", type(value))) else value
