"""Publish the findings of open notebooks as diagnostics, as far as they have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lsprotocol import types

from nb2prod.notebook.model import NotebookError
from nb2prod_server.state.diagnostics import SOURCE, Translator
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.notebook_state import NotebookState

Publish = Callable[[types.PublishDiagnosticsParams], None]


class Publisher:
    """Publishes diagnostics, and keeps in each state what the editor shows."""

    def __init__(self, documents: Documents, publish: Publish) -> None:
        """Publish diagnostics of `documents` through `publish`."""
        self._documents = documents
        self._publish = publish

    def findings_in_cells(self, state: NotebookState, cells: Iterable[int | None]) -> None:
        """Publish the findings in the documents of some cells."""
        self.findings(state, self.documents_of(state, cells))

    def findings(self, state: NotebookState, uris: Iterable[str]) -> None:
        """Publish the findings in some documents."""
        notebook, found = state.notebook, state.linter.found
        translator = Translator(notebook, self._documents)
        new: dict[str, list[types.Diagnostic]] = {}
        for uri in uris:
            cells: list[int | None] = list(notebook.cells_of.get(uri, ()))
            cells = [None, *cells] if uri == notebook.uri else cells
            findings = [item for cell in cells for item in found.get(cell, ())]
            new[uri] = translator.diagnostics(findings)
        self._changed(state, new)

    def only_error(self, state: NotebookState, error: NotebookError | None) -> None:
        """Publish that a notebook cannot be read, if so, in place of all its findings."""
        new: dict[str, list[types.Diagnostic]] = {uri: [] for uri in state.published}
        if error:
            new[state.notebook.uri] = [_diagnostic(error)]
        self._changed(state, new)

    def forget(self, state: NotebookState, uris: Iterable[str]) -> None:
        """Clear the diagnostics of documents that do not belong to the notebook any more."""
        for uri in uris:
            del state.published[uri]
            self._publish(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    def documents_of(self, state: NotebookState, cells: Iterable[int | None]) -> set[str]:
        """Return the documents of some cells; None stands for the notebook as a whole."""
        notebook = state.notebook
        return {notebook.uri if c is None else notebook.locations[c].uri for c in cells}

    def _changed(self, state: NotebookState, new: Mapping[str, list[types.Diagnostic]]) -> None:
        """Publish the diagnostics of the documents whose diagnostics differ from those shown."""
        for uri, diagnostics in new.items():
            document = self._documents.texts.get(uri)
            if state.published.get(uri, None if document else []) != diagnostics:
                state.published[uri] = diagnostics
                version = document.version if document else None
                self._publish(types.PublishDiagnosticsParams(uri, diagnostics, version))


def _diagnostic(error: NotebookError) -> types.Diagnostic:
    start = types.Position(0, 0)
    return types.Diagnostic(
        range=types.Range(start, start),
        message=str(error),
        severity=types.DiagnosticSeverity.Error,
        source=SOURCE,
    )
