"""Notifications about documents: state, changed, saved, closed."""

from __future__ import annotations

from lsprotocol import types

from nb2prod_server.server import Server


def register(server: Server) -> None:
    """Handle the notifications about documents."""
    session, feature = server.session, server.feature
    documents = session.documents

    @feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_opened(params: types.DidOpenNotebookDocumentParams) -> None:
        documents.open_notebook(params.notebook_document, params.cell_text_documents)
        session.open(params.notebook_document.uri)
        server.later(server.configure(params.notebook_document.uri))

    @feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_changed(params: types.DidChangeNotebookDocumentParams) -> None:
        notebook = params.notebook_document
        moved = documents.change_notebook(notebook.uri, notebook.version, params.change)
        session.change(notebook.uri)
        if moved:
            server.refresh()

    @feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_saved(params: types.DidSaveNotebookDocumentParams) -> None:
        session.save(params.notebook_document.uri)

    @feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_closed(params: types.DidCloseNotebookDocumentParams) -> None:
        session.close(params.notebook_document.uri)
        documents.close_notebook(params.notebook_document.uri)

    @feature(types.TEXT_DOCUMENT_DID_OPEN)
    def text_opened(params: types.DidOpenTextDocumentParams) -> None:
        documents.open_text(params.text_document)
        session.open(params.text_document.uri)
        if params.text_document.uri in session.notebooks:
            server.later(server.configure(params.text_document.uri))

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def text_changed(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        documents.change_text(document.uri, document.version, params.content_changes)
        session.change(document.uri)

    @feature(types.TEXT_DOCUMENT_DID_SAVE)
    def text_saved(params: types.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri.endswith("pyproject.toml"):
            session.reload()

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def text_closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)
        documents.close_text(params.text_document.uri)
