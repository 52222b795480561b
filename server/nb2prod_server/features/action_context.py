"""What code actions are made of, and edits of cells as edits of the editor's documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from nb2prod.text.spans import Edit
from nb2prod_server.server import Server
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.open_notebook import Sheet
from nb2prod_server.state.session import Open


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What code actions are made of: a notebook as it is now, and what its editor understands.

    Attributes:
        opened: the notebook.
        documents: what is open in the editor.
        resolves: the editor asks for an edit when it needs it.
        shows_disabled: it shows what can't be done, and why.
        creates_files: it makes files.
        annotates: it asks before it makes changes that say so.
    """

    opened: Open
    documents: Documents
    resolves: bool
    shows_disabled: bool = False
    creates_files: bool = False
    annotates: bool = False

    @property
    def sheet(self) -> Sheet:
        """The notebook."""
        return self.opened.sheet


def context_of(server: Server, opened: Open) -> ActionContext:
    """Return what code actions on a notebook are made of."""
    properties = server.capability("text_document", "code_action", "resolve_support", "properties")
    return ActionContext(
        opened,
        server.session.documents,
        resolves="edit" in (properties or ()),
        shows_disabled=server.supports("text_document", "code_action", "disabled_support"),
        creates_files=server.creates_files,
        annotates=server.annotates,
    )


def workspace_edit(
    context: ActionContext, edits: Mapping[int, Sequence[Edit]]
) -> types.WorkspaceEdit:
    """Return edits of cells as one edit of the editor's documents, with their versions."""
    changes: dict[str, list[types.TextEdit]] = {}
    for cell, items in edits.items():
        uri = context.sheet.places[cell].uri
        positions = context.documents.positions(uri)
        for item in items:
            where = context.sheet.range(cell, item.span.start, item.span.end, positions)
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
    """Return edits of one document, which holds them only in this version."""
    document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    return types.TextDocumentEdit(text_document=document, edits=edits)


def version_of(documents: Documents, uri: str) -> int | None:
    """Return the version of a document as it is open; None if it is not."""
    document = documents.texts.get(uri)
    return document.version if document else None


def asked(kind: str, only: Iterable[str]) -> bool:
    """Say whether an editor that wants only some kinds, or all, wants this one."""
    wanted = list(only)
    return not wanted or any(kind == k or kind.startswith(f"{k}.") for k in wanted)
