"""Refactorings as code actions: sound ones are offered, others are disabled with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from lsprotocol import types

from nb2prod.text.spans import apply_edits
from nb2prod_server.features.action_context import (
    ActionContext,
    is_requested,
    version_of,
    workspace_edit,
)
from nb2prod_server.features.fix_all import line_edits
from nb2prod_server.protocol.positions import Positions
from nb2prod_server.state.documents import Documents, plain
from nb2prod_server.worker.client import WorkerClient
from nb2prod_server.worker.messages import CellRange, Changes, Offer, Task, TextFile

KINDS = (
    "refactor.extract.function",
    "refactor.extract.module",
    "refactor.rewrite.parameter",
    "refactor.rewrite.idempotent",
)
_ANNOTATION = "nb2prod.files"
_MAX_WAIT = 0.2  # seconds for requests that the editor makes by itself
_CHANGED = "the notebook has changed; try again"


_Offset = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class _Data(msgspec.Struct, frozen=True):
    """The data of a code action, which the editor sends back to have its edit.

    Attributes:
        uri: the cell.
        refactoring: the kind of the refactoring.
        where: the cell's index, and the selection in it.
        revision: the revision of the notebook.
    """

    uri: str
    refactoring: str
    where: tuple[_Offset, _Offset, _Offset]
    revision: int


async def offered(
    context: ActionContext, worker: WorkerClient, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """Return the refactorings of the selection in a cell, or of the whole cell if it is empty.

    The editor requests code actions by itself whenever the cursor or the selection moves. Then an
    empty selection gets none, and a request does not wait long for a busy worker.
    """
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    kinds = [kind for kind in KINDS if is_requested(kind, only)]
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    empty = params.range.start == params.range.end
    where = _where(context, params.text_document.uri, params.range)
    if not kinds or where is None:
        return []
    if automatic and empty and not only:
        worker.prepare()
        return []
    task = Task.of(0, "offers", context.notebook.content, where=where, refactoring=" ".join(kinds))
    answer = asyncio.ensure_future(worker.ask(task))
    try:
        await asyncio.wait([answer], timeout=_MAX_WAIT if automatic else None)
    except asyncio.CancelledError:
        answer.cancel()
        raise
    if not answer.done():
        return []
    result = answer.result()
    actions = [_action(context, offer, where) for offer in result.offers]
    if not context.shows_disabled:
        actions = [action for action in actions if not action.disabled]
    if not context.resolves:
        for action in actions:
            if not action.disabled:
                await resolve(context, worker, action)
    return actions


def _where(context: ActionContext, uri: str, selected: types.Range) -> CellRange | None:
    """Return a selection as a cell and offsets in it; None if it is not in a cell."""
    if context.notebook.code_only:
        return None
    positions = context.documents.positions(uri)
    start, end = positions.offset(selected.start), positions.offset(selected.end)
    place = context.notebook.locate(uri, start)
    if place is None:
        return None
    cell, first = place
    last = context.notebook.locate(uri, end)
    inside = last[1] if last and last[0] == cell else len(context.notebook.locations[cell].source)
    return CellRange(cell, first, max(first, inside))


def _action(context: ActionContext, offer: Offer, where: CellRange) -> types.CodeAction:
    uri = context.notebook.locations[where.cell].uri
    place = (where.cell, where.start, where.end)
    data = msgspec.to_builtins(_Data(uri, offer.kind, place, context.state.revision))
    disabled = types.CodeActionDisabled(reason=offer.reason) if offer.reason else None
    return types.CodeAction(title=offer.title, kind=offer.kind, disabled=disabled, data=data)


async def resolve(context: ActionContext, worker: WorkerClient, action: types.CodeAction) -> str:
    """Set the edit of a refactoring; return the reason if that is not possible.

    Raises:
        msgspec.ValidationError: the action is not one that the server has offered.
    """
    data = msgspec.convert(plain(action.data), _Data)
    if data.revision != context.state.revision:
        return _CHANGED
    task = Task.of(
        0,
        "refactoring",
        context.notebook.content,
        where=CellRange(*data.where),
        refactoring=data.refactoring,
    )
    result = await worker.ask(task)
    if result.refusal or result.error:
        return result.refusal or result.error
    if data.revision != context.state.revision:
        return _CHANGED
    if reason := _unwritable(context, result.changes.files):
        return reason
    action.edit = _workspace_edit(context, result.changes)
    return ""


def _unwritable(context: ActionContext, files: Sequence[TextFile]) -> str:
    """Return the reason why the editor cannot create or change files; empty if it can."""
    for file in files:
        document = context.documents.texts.get(Path(file.path).as_uri())
        if document and document.text != (file.before or ""):
            return f"{file.path} has unsaved changes; save it first"
    return "this editor cannot create files" if files and not context.creates_files else ""


def extractions(context: ActionContext, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Return the ways to extract several cells to one function, as JSON.

    Each has a title, and either a reason why it is not possible, or the changes for the editor:
    `edit` of files, and `cells`.
    """
    reasons = [offer.reason or _unwritable(context, offer.changes.files) for offer in offers]
    return [
        {
            "kind": offer.kind,
            "title": offer.title,
            "reason": reason,
            "edit": files_edit(offer.changes.files, context.documents, annotated=context.annotates)
            if offer.changes.files and not reason
            else None,
            "cells": [] if reason else list(_cell_edits(context, offer.changes)),
        }
        for offer, reason in zip(offers, reasons, strict=True)
    ]


def _cell_edits(context: ActionContext, changes: Changes) -> Iterator[dict[str, Any]]:
    locations = context.notebook.locations
    for cell, edits in changes.edits.items():
        source = apply_edits(locations[cell].source, edits)
        yield {"do": "split", "cell": locations[cell].uri, "index": cell, "sources": [source]}
    for cell in changes.removed:
        yield {"do": "remove", "cell": locations[cell].uri, "index": cell}


def _workspace_edit(context: ActionContext, changes: Changes) -> types.WorkspaceEdit:
    cells = workspace_edit(context, changes.edits)
    if not changes.files:
        return cells
    edit = files_edit(changes.files, context.documents, annotated=context.annotates)
    edit.document_changes = [*(edit.document_changes or ()), *(cells.document_changes or ())]
    return edit


def files_edit(
    files: Sequence[TextFile], documents: Documents, *, annotated: bool
) -> types.WorkspaceEdit:
    """Return the edit that creates and changes files, for the user to confirm.

    Args:
        files: the files.
        documents: the open documents.
        annotated: the editor asks for confirmation of annotated changes.
    """
    annotation = _ANNOTATION if annotated else None
    changes: list[Any] = []
    for file in files:
        changes += _file_changes(file, documents, annotation)
    annotations = {
        _ANNOTATION: types.ChangeAnnotation(
            label="Project files",
            needs_confirmation=True,
            description="created or changed by nb2prod",
        )
    }
    return types.WorkspaceEdit(
        document_changes=changes, change_annotations=annotations if annotation else None
    )


def _file_changes(file: TextFile, documents: Documents, annotation: str | None) -> Iterator[Any]:
    uri = Path(file.path).as_uri()
    if file.before is None:
        options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
        yield types.CreateFile(uri=uri, options=options, annotation_id=annotation)
    positions = Positions(file.before or "", documents.encoding)
    edits = [
        _text_edit(positions.range(edit.span.start, edit.span.end), edit.text, annotation)
        for edit in line_edits(file.before or "", file.after)
    ]
    document = types.OptionalVersionedTextDocumentIdentifier(
        uri=uri, version=version_of(documents, uri)
    )
    yield types.TextDocumentEdit(text_document=document, edits=edits)


def _text_edit(
    where: types.Range, text: str, annotation: str | None
) -> types.TextEdit | types.AnnotatedTextEdit:
    if annotation:
        return types.AnnotatedTextEdit(annotation_id=annotation, range=where, new_text=text)
    return types.TextEdit(range=where, new_text=text)
