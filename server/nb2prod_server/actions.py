"""Code actions: what can be done about a finding, and about all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lsprotocol import types

from nb2prod.finding import EditCell, Finding, Fix
from nb2prod.source import Edit
from nb2prod_server.diagnostics import SOURCE, Translator
from nb2prod_server.documents import Documents
from nb2prod_server.mending import IMPORTS, line_edits, mended, suppressed
from nb2prod_server.session import Open
from nb2prod_server.sheets import Sheet

# The editor's part of what no text edit can do: cells added, moved, removed, outputs cleared.
EDIT_CELLS = "nb2prod.editCells"

FIX_ALL = "source.fixAll.nb2prod"
IMPORTS_KIND = "source.organizeImports.nb2prod"
# An editor asks for the second two on the first cell only, and takes edits of any cell.
SOURCE_KINDS: Mapping[str, str] = {
    FIX_ALL: "nb2prod: Fix all in this cell",
    IMPORTS_KIND: "nb2prod: Organise the imports of this cell",
    f"notebook.{FIX_ALL}": "nb2prod: Fix all in the notebook",
    f"notebook.{IMPORTS_KIND}": "nb2prod: Organise the imports of the notebook",
}
KINDS = [types.CodeActionKind.QuickFix.value, *SOURCE_KINDS]


@dataclass(frozen=True, slots=True)
class Desk:
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


def code_actions(desk: Desk, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    """Yield what can be done at a place; what is quick to say first."""
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    uri = params.text_document.uri
    if asked(types.CodeActionKind.QuickFix.value, only):
        ours = [d for d in params.context.diagnostics if d.source == SOURCE]
        for diagnostic in ours:
            yield from _quick_fixes(desk, diagnostic)
        for diagnostic in ours:
            yield from _suppression(desk, diagnostic)
    for kind, title in SOURCE_KINDS.items():
        if asked(kind, only) and (only or desk.resolves):
            action = types.CodeAction(title=title, kind=kind, data={"uri": uri, "kind": kind})
            if desk.resolves:
                yield action
            elif (done := resolved(desk, action)).edit:
                yield done


def resolved(desk: Desk, action: types.CodeAction) -> types.CodeAction:
    """Return a code action with its edit, if there is anything to edit."""
    data = cast("dict[str, str]", action.data)
    uri, kind = data["uri"], data["kind"]
    cells = set(desk.sheet.cells_of.get(uri, ()))
    everywhere = kind.startswith("notebook.") or not desk.sheet.whole

    def wanted(found: Finding, fix: Fix) -> bool:
        here = everywhere or all(isinstance(c, EditCell) and c.cell in cells for c in fix.changes)
        return here and (found.code in IMPORTS or not kind.endswith(IMPORTS_KIND))

    sheet, check = desk.sheet, desk.opened.check
    sources = mended(sheet.notebook, desk.opened.checker, check.results, wanted)
    edits = {
        cell: list(line_edits(sheet.notebook.cells[cell].source, source))
        for cell, source in sources.items()
    }
    if edits:
        action.edit = workspace_edit(desk, edits)
    return action


def _quick_fixes(desk: Desk, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
    """Yield the fixes that a diagnostic carries, as far as they fit the texts as they are now."""
    fixes = _list(_mapping(diagnostic.data).get("fixes"))
    if fixes and not all(_fits(desk, fix) for fix in fixes):
        fixes = _fixes_now(desk, diagnostic)
    for number, fix in enumerate(fixes):
        edits, cells = _mapping(fix.get("edits")), _list(fix.get("cells"))
        if fix.get("shown") or not (edits or cells):
            continue
        safe = bool(fix.get("safe"))
        action = types.CodeAction(
            title=str(fix.get("title")) + ("" if safe else " (may change what is computed)"),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=True if safe and not number else None,
        )
        if edits:
            changes = [
                _document_edit(
                    uri,
                    item["version"],
                    [types.TextEdit(_range(e["range"]), e["newText"]) for e in item["edits"]],
                )
                for uri, item in edits.items()
            ]
            action.edit = types.WorkspaceEdit(document_changes=changes)
        if cells:
            argument = {"notebook": desk.sheet.uri, "cells": cells}
            action.command = types.Command(
                title=str(fix.get("title")), command=EDIT_CELLS, arguments=[argument]
            )
        yield action


def _fits(desk: Desk, fix: Mapping[str, Any]) -> bool:
    """Say whether the texts that a fix edits are still as they were when it was found."""
    edits = _mapping(fix.get("edits"))
    return all(
        version_of(desk.documents, uri) == item.get("version") for uri, item in edits.items()
    )


def _fixes_now(desk: Desk, diagnostic: types.Diagnostic) -> list[dict[str, Any]]:
    """Return the fixes of the finding that a diagnostic shows, if it is still found."""
    found = _found(desk, diagnostic)
    now = Translator(desk.sheet, desk.documents).diagnostics([found]) if found else []
    return _list(_mapping(now[0].data).get("fixes")) if now else []


def _found(desk: Desk, diagnostic: types.Diagnostic) -> Finding | None:
    cell = _mapping(diagnostic.data).get("cell")
    findings = desk.opened.check.found.get(cell, ())
    alike = (f for f in findings if (f.code, f.message) == (diagnostic.code, diagnostic.message))
    return next(alike, None)


def _suppression(desk: Desk, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
    found = _found(desk, diagnostic)
    if found is None or found.cell is None:
        return
    cell = desk.sheet.notebook.cells[found.cell]
    line = found.line if found.end else 0
    edit = suppressed(cell.source, line, found.code) if cell.kind == "code" else None
    if edit:
        yield types.CodeAction(
            title=f"Suppress {found.code} here",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=workspace_edit(desk, {cell.index: [edit]}),
        )


def workspace_edit(desk: Desk, edits: Mapping[int, Sequence[Edit]]) -> types.WorkspaceEdit:
    """Return edits of cells as one edit of the editor's documents, with their versions."""
    changes: dict[str, list[types.TextEdit]] = {}
    for cell, items in edits.items():
        uri = desk.sheet.places[cell].uri
        positions = desk.documents.positions(uri)
        for item in items:
            where = desk.sheet.range(cell, item.span.start, item.span.end, positions)
            changes.setdefault(uri, []).append(types.TextEdit(range=where, new_text=item.text))
    return types.WorkspaceEdit(
        document_changes=[
            _document_edit(uri, version_of(desk.documents, uri), items)
            for uri, items in changes.items()
        ]
    )


def _document_edit(
    uri: str, version: int | None, edits: Sequence[types.TextEdit]
) -> types.TextDocumentEdit:
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


def _range(value: Mapping[str, Any]) -> types.Range:
    start, end = value["start"], value["end"]
    return types.Range(
        types.Position(start["line"], start["character"]),
        types.Position(end["line"], end["character"]),
    )


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    # What an editor sends back as a list, the protocol's library gives as a tuple.
    items = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
