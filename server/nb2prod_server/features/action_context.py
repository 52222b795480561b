"""The context of code actions, and edits of cells as edits of the editor's documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from nb2prod.text.spans import Edit
from nb2prod_server.server import Server
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.notebook_state import NotebookState
from nb2prod_server.state.open_notebook import OpenNotebook


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The context of code actions: a notebook, and the capabilities of its editor.

    Attributes:
        state: the notebook.
        documents: the open documents.
        resolves: the editor requests the edit of a code action only when it is chosen.
        shows_disabled: it shows disabled code actions, with the reason.
        creates_files: it can create files as part of an edit.
        annotates: it asks for confirmation of changes that are annotated so.
    """

    state: NotebookState
    documents: Documents
    resolves: bool
    shows_disabled: bool = False
    creates_files: bool = False
    annotates: bool = False

    @property
    def notebook(self) -> OpenNotebook:
        """The notebook as it was checked last."""
        return self.state.notebook


def context_of(server: Server, state: NotebookState) -> ActionContext:
    """Return the context of code actions on a notebook."""
    properties = server.capability("text_document", "code_action", "resolve_support", "properties")
    return ActionContext(
        state,
        server.session.documents,
        resolves="edit" in (properties or ()),
        shows_disabled=server.supports("text_document", "code_action", "disabled_support"),
        creates_files=server.creates_files,
        annotates=server.annotates,
    )


def workspace_edit(
    context: ActionContext, edits: Mapping[int, Sequence[Edit]]
) -> types.WorkspaceEdit:
    """Return edits of cells as one workspace edit, with the versions of the documents."""
    changes: dict[str, list[types.TextEdit]] = {}
    for cell, items in edits.items():
        uri = context.notebook.locations[cell].uri
        positions = context.documents.positions(uri)
        for item in items:
            where = context.notebook.range(cell, item.span.start, item.span.end, positions)
            changes.setdefault(uri, []).append(types.TextEdit(range=where, new_text=item.text))
    return types.WorkspaceEdit(
        document_changes=[
            document_edit(uri, version_of(context.documents, uri), items)
            for uri, items in changes.items()
        ]
    )


def document_edit(
    uri: str, version: int | None, edits: Sequence[types.TextEdit]
) -> types.TextDocumentEdit:
    """Return edits of one document, valid only for this version of it."""
    document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    return types.TextDocumentEdit(text_document=document, edits=edits)


def version_of(documents: Documents, uri: str) -> int | None:
    """Return the version of an open document; None if it is not open."""
    document = documents.texts.get(uri)
    return document.version if document else None


def is_requested(kind: str, only: Iterable[str]) -> bool:
    """Return whether an editor requests a kind of code action; an empty `only` requests all."""
    wanted = list(only)
    return not wanted or any(kind == k or kind.startswith(f"{k}.") for k in wanted)
