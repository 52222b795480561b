"""An editor, as far as a language server can tell: what it has open, and what it is shown."""

import ast
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

SERVER = [sys.executable, "-m", "nb2prod", "server"]


class Notebook:
    """A notebook that is open in the editor; it keeps what a person sees, and tells the server."""

    def __init__(self, client: LanguageClient, path: Path, cells: Sequence[str | tuple[str, str]]):
        self.client = client
        self.path = path
        self.uri = path.as_uri()
        self.version = 1
        self.made = 0
        self.cells: list[str] = []
        self.texts: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        for cell in cells:
            self._new(*((cell, "code") if isinstance(cell, str) else (cell[1], cell[0])))
        self.cells = list(self.texts)

    def _new(self, text: str, kind: str = "code") -> str:
        self.made += 1
        # A cell's address is made of the editor's own signs; nobody else may read anything in it.
        uri = f"vscode-notebook-cell://host:8080{self.path}#W{self.made}sZmlsZQ%3D%3D"
        self.texts[uri], self.kinds[uri], self.versions[uri] = text, kind, 1
        return uri

    def open(self) -> "Notebook":
        self.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                notebook_document=types.NotebookDocument(
                    uri=self.uri,
                    notebook_type="jupyter-notebook",
                    version=1,
                    cells=[self._cell(uri) for uri in self.cells],
                ),
                cell_text_documents=[self._item(uri) for uri in self.cells],
            )
        )
        return self

    def close(self) -> None:
        self.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                notebook_document=types.NotebookDocumentIdentifier(uri=self.uri),
                cell_text_documents=[types.TextDocumentIdentifier(uri=u) for u in self.cells],
            )
        )

    def write(self) -> None:
        """Save it, as nbformat has it."""
        cells = [
            {"cell_type": self.kinds[uri], "id": f"c{i}", "metadata": {}, "source": self.texts[uri]}
            | ({"outputs": [], "execution_count": None} if self.kinds[uri] == "code" else {})
            for i, uri in enumerate(self.cells)
        ]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        data = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        self.path.write_text(json.dumps(data), "utf-8")

    def save(self) -> None:
        """Tell the server that it is saved."""
        notebook = types.NotebookDocumentIdentifier(uri=self.uri)
        self.client.notebook_document_did_save(types.DidSaveNotebookDocumentParams(notebook))

    def type(self, cell: int, text: str) -> None:
        """Replace the whole text of a cell."""
        uri = self.cells[cell]
        self.texts[uri] = text
        self.change(uri, types.TextDocumentContentChangeWholeDocument(text=text))

    def change(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        self.versions[uri] = self.versions.get(uri, 0) + 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        content = types.NotebookDocumentCellContentChanges(document=document, changes=changes)
        self._tell(types.NotebookDocumentCellChanges(text_content=[content]))

    def insert(self, at: int, text: str, kind: str = "code") -> None:
        uri = self._new(text, kind)
        self.cells.insert(at, uri)
        self._restructure(at, 0, [uri], opened=[uri])

    def delete(self, at: int) -> None:
        uri = self.cells.pop(at)
        self._restructure(at, 1, [], closed=[uri])

    def move(self, start: int, to: int) -> None:
        """Move a cell; an editor tells it as cells taken out and put in again."""
        low, high = min(start, to), max(start, to)
        self.cells.insert(to, self.cells.pop(start))
        self._restructure(low, high - low + 1, self.cells[low : high + 1])

    def split(self, at: int, offset: int) -> None:
        text = self.texts[self.cells[at]]
        self.type(at, text[:offset])
        self.insert(at + 1, text[offset:])

    def turn(self, at: int, kind: str) -> None:
        """Change the kind of a cell: to an editor, another cell in its place."""
        old = self.cells[at]
        new = self._new(self.texts[old], kind)
        self.cells[at] = new
        self._restructure(at, 1, [new], opened=[new], closed=[old])

    def codes(self, cell: int | None) -> list[str]:
        """The rules whose findings are shown in a cell now."""
        uri = self.uri if cell is None else self.cells[cell]
        return [str(d.code) for d in self.client.diagnostics.get(uri, ())]

    def shown(self, cell: int, code: str) -> types.Diagnostic:
        return next(d for d in self.client.diagnostics[self.cells[cell]] if d.code == code)

    async def settle(self) -> None:
        """Wait until the server has looked at what it was told."""
        document = types.TextDocumentIdentifier(uri=self.cells[0])
        await self.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(text_document=document)
        )

    async def until(self, cell: int, code: str, *, shown: bool = True) -> None:
        """Wait until a rule's finding is shown in a cell, or no more."""
        async with asyncio.timeout(60):
            while (code in self.codes(cell)) is not shown:
                await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)

    async def actions(
        self,
        cell: int,
        *diagnostics: types.Diagnostic,
        only: Sequence[str] | None = None,
        selected: str = "",
        trigger: types.CodeActionTriggerKind = types.CodeActionTriggerKind.Invoked,
    ) -> list[types.CodeAction]:
        """Return the code actions for findings, or for a selected text."""
        text = self.texts[self.cells[cell]]
        at = text.index(selected)
        here = types.Range(_position(text, at), _position(text, at + len(selected)))
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                text_document=types.TextDocumentIdentifier(uri=self.cells[cell]),
                range=diagnostics[0].range if diagnostics else here,
                context=types.CodeActionContext(
                    diagnostics=list(diagnostics), only=only, trigger_kind=trigger
                ),
            )
        )
        return [_action(a) for a in found or ()]

    async def fix(self, cell: int, code: str) -> list[types.CodeAction]:
        """Return the quick fixes for the first finding of a rule in a cell."""
        return await self.actions(cell, self.shown(cell, code), only=["quickfix"])

    def apply(self, action: types.CodeAction) -> None:
        """Make the edits of a code action, and tell the server; files are written at once."""
        assert action.edit
        files: dict[str, str] = {}
        for change in action.edit.document_changes or ():
            if isinstance(change, types.CreateFile):
                files[change.uri] = ""
                continue
            assert isinstance(change, types.TextDocumentEdit)
            uri = change.text_document.uri
            assert uri in files or change.text_document.version == self.versions[uri]
            text = files[uri] if uri in files else self.texts[uri]
            for edit in sorted(change.edits, key=lambda e: _key(e.range.start), reverse=True):
                assert isinstance(edit, types.TextEdit | types.AnnotatedTextEdit)
                start, end = (_offset(text, p) for p in (edit.range.start, edit.range.end))
                text = text[:start] + edit.new_text + text[end:]
            if uri in files:
                path = Path(uri.removeprefix("file://"))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                continue
            self.texts[uri] = text
            self.change(uri, types.TextDocumentContentChangeWholeDocument(text=text))

    def sources(self) -> list[str]:
        return [self.texts[uri] for uri in self.cells]

    def _restructure(
        self,
        start: int,
        count: int,
        cells: Sequence[str],
        opened: Sequence[str] = (),
        closed: Sequence[str] = (),
    ) -> None:
        array = types.NotebookCellArrayChange(
            start=start, delete_count=count, cells=[self._cell(uri) for uri in cells]
        )
        structure = types.NotebookDocumentCellChangeStructure(
            array=array,
            did_open=[self._item(uri) for uri in opened],
            did_close=[types.TextDocumentIdentifier(uri=uri) for uri in closed],
        )
        self._tell(types.NotebookDocumentCellChanges(structure=structure))

    def _tell(self, cells: types.NotebookDocumentCellChanges) -> None:
        self.version += 1
        self.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                notebook_document=types.VersionedNotebookDocumentIdentifier(
                    version=self.version, uri=self.uri
                ),
                change=types.NotebookDocumentChangeEvent(cells=cells),
            )
        )

    def _cell(self, uri: str) -> types.NotebookCell:
        code = self.kinds[uri] == "code"
        kind = types.NotebookCellKind.Code if code else types.NotebookCellKind.Markup
        return types.NotebookCell(kind=kind, document=uri)

    def _item(self, uri: str) -> types.TextDocumentItem:
        language = "python" if self.kinds[uri] == "code" else "markdown"
        return types.TextDocumentItem(uri, language, self.versions[uri], self.texts[uri])


def _action(answer: types.CodeAction | types.Command) -> types.CodeAction:
    """Undo what lsprotocol does: it takes a code action with a command for a command."""
    if isinstance(answer, types.CodeAction):
        return answer
    command = types.Command(**ast.literal_eval(answer.command))
    return types.CodeAction(title=answer.title, command=command)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _position(text: str, offset: int) -> types.Position:
    before = text[:offset]
    line = before.rpartition("\n")[2]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def _offset(text: str, position: types.Position) -> int:
    """Count as an editor does: lines end at a newline, characters are UTF-16."""
    lines = text.split("\n")
    units = lines[position.line].encode("utf-16-le")[: 2 * position.character]
    return sum(len(line) + 1 for line in lines[: position.line]) + len(units.decode("utf-16-le"))
