"""Refactorings as code actions: offered where they are sound, else with the reason; made lazily."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from nb2prod.text.spans import apply_edits
from nb2prod_server.features.action_context import ActionContext, asked, version_of, workspace_edit
from nb2prod_server.features.fix_all import line_edits
from nb2prod_server.protocol.positions import Positions
from nb2prod_server.state.documents import Documents, plain
from nb2prod_server.worker.client import Analyst
from nb2prod_server.worker.messages import Made, Offer, Task, TextFile, Where

KINDS = (
    "refactor.extract.function",
    "refactor.extract.module",
    "refactor.rewrite.parameter",
    "refactor.rewrite.idempotent",
)
_NOTE = "nb2prod.files"
_PATIENCE = 0.2  # seconds that an editor which asks by itself is kept waiting


async def offered(
    context: ActionContext, analyst: Analyst, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """Return the refactorings for what is selected in a cell; for the whole cell if nothing is.

    A cursor that only passes by is not asked for; and an editor that asks by itself, at each
    selection, does not wait for them when the worker is not ready yet.
    """
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    kinds = [kind for kind in KINDS if asked(kind, only)]
    passing = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    nothing = params.range.start == params.range.end
    where = _where(context, params.text_document.uri, params.range)
    if not kinds or where is None:
        return []
    if passing and nothing and not only:
        analyst.prepare()
        return []
    task = Task.of(0, "offers", context.sheet.notebook, where=where, kind=" ".join(kinds))
    answer = asyncio.ensure_future(analyst.ask(task))
    try:
        await asyncio.wait([answer], timeout=_PATIENCE if passing else None)
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
                await made(context, analyst, action)
    return actions


def _where(context: ActionContext, uri: str, selected: types.Range) -> Where | None:
    """Return the cell of a selection, and where in it that is."""
    if context.sheet.partial:
        return None
    positions = context.documents.positions(uri)
    start, end = positions.offset(selected.start), positions.offset(selected.end)
    place = context.sheet.at(uri, start)
    if place is None:
        return None
    cell, first = place
    last = context.sheet.at(uri, end)
    inside = last[1] if last and last[0] == cell else len(context.sheet.places[cell].source)
    return Where(cell, first, max(first, inside))


def _action(context: ActionContext, offer: Offer, where: Where) -> types.CodeAction:
    uri = context.sheet.places[where.cell].uri
    data = {
        "uri": uri,
        "refactoring": offer.kind,
        "where": [where.cell, where.start, where.end],
        "stamp": context.opened.stamp,
    }
    disabled = types.CodeActionDisabled(reason=offer.reason) if offer.reason else None
    return types.CodeAction(title=offer.title, kind=offer.kind, disabled=disabled, data=data)


async def made(context: ActionContext, analyst: Analyst, action: types.CodeAction) -> str:
    """Give a refactoring its edit; return why it has none, if so."""
    data = plain(action.data)
    if data["stamp"] != context.opened.stamp:
        return "the notebook has changed since; ask again"
    where = Where(*data["where"])
    task = Task.of(
        0, "refactoring", context.sheet.notebook, where=where, kind=str(data["refactoring"])
    )
    result = await analyst.ask(task)
    if result.refusal or result.error:
        return result.refusal or result.error
    if data["stamp"] != context.opened.stamp:
        return "the notebook has changed since; ask again"
    if reason := _unwritable(context, result.made.files):
        return reason
    action.edit = _workspace_edit(context, result.made)
    return ""


def _unwritable(context: ActionContext, files: Sequence[TextFile]) -> str:
    """Return why files can't be made or changed in the editor, if so."""
    for file in files:
        opened = context.documents.texts.get(Path(file.path).as_uri())
        if opened and opened.text != (file.before or ""):
            return f"{file.path} has changes that are not saved"
    return "this editor makes no files on its own" if files and not context.creates_files else ""


def extractions(context: ActionContext, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Return the ways to make one function of several cells: what to do, or why it can't be done.

    Each is a title, and a reason or what the editor is to do: `edit` to files, `cells` to cells.
    """
    reasons = [offer.reason or _unwritable(context, offer.made.files) for offer in offers]
    return [
        {
            "kind": offer.kind,
            "title": offer.title,
            "reason": reason,
            "edit": files_edit(offer.made.files, context.documents, annotated=context.annotates)
            if offer.made.files and not reason
            else None,
            "cells": [] if reason else list(_cell_edits(context, offer.made)),
        }
        for offer, reason in zip(offers, reasons, strict=True)
    ]


def _cell_edits(context: ActionContext, made: Made) -> Iterator[dict[str, Any]]:
    places = context.sheet.places
    for cell, edits in made.edits.items():
        source = apply_edits(places[cell].source, edits)
        yield {"do": "split", "cell": places[cell].uri, "index": cell, "sources": [source]}
    for cell in made.removed:
        yield {"do": "remove", "cell": places[cell].uri, "index": cell}


def _workspace_edit(context: ActionContext, made: Made) -> types.WorkspaceEdit:
    cells = workspace_edit(context, made.edits)
    if not made.files:
        return cells
    edit = files_edit(made.files, context.documents, annotated=context.annotates)
    edit.document_changes = [*(edit.document_changes or ()), *(cells.document_changes or ())]
    return edit


def files_edit(
    files: Sequence[TextFile], documents: Documents, *, annotated: bool
) -> types.WorkspaceEdit:
    """Return the edit that makes and changes files, for a person to look at first.

    Args:
        files: The files.
        documents: What is open in the editor.
        annotated: The editor asks before it makes changes that say so.
    """
    note = _NOTE if annotated else None
    changes: list[Any] = []
    for file in files:
        changes += _file_changes(file, documents, note)
    annotations = {
        _NOTE: types.ChangeAnnotation(
            label="Files of the project",
            needs_confirmation=True,
            description="made or changed by nb2prod",
        )
    }
    return types.WorkspaceEdit(
        document_changes=changes, change_annotations=annotations if note else None
    )


def _file_changes(file: TextFile, documents: Documents, note: str | None) -> Iterator[Any]:
    uri = Path(file.path).as_uri()
    if file.before is None:
        options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
        yield types.CreateFile(uri=uri, options=options, annotation_id=note)
    positions = Positions(file.before or "", documents.encoding)
    edits = [
        _text_edit(positions.range(edit.span.start, edit.span.end), edit.text, note)
        for edit in line_edits(file.before or "", file.after)
    ]
    document = types.OptionalVersionedTextDocumentIdentifier(
        uri=uri, version=version_of(documents, uri)
    )
    yield types.TextDocumentEdit(text_document=document, edits=edits)


def _text_edit(
    where: types.Range, text: str, note: str | None
) -> types.TextEdit | types.AnnotatedTextEdit:
    if note:
        return types.AnnotatedTextEdit(annotation_id=note, range=where, new_text=text)
    return types.TextEdit(range=where, new_text=text)
