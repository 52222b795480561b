"""Quick fixes for single findings, and source actions that fix all findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec
from lsprotocol import types

from nb2prod.finding import Finding, Fix
from nb2prod.notebook.changes import EditCell
from nb2prod.rules.registry import tags_of
from nb2prod_server.features.action_context import (
    ActionContext,
    document_edit,
    is_requested,
    version_of,
    workspace_edit,
)
from nb2prod_server.features.fix_all import fixed_sources, line_edits, suppression_edit
from nb2prod_server.state.diagnostics import SOURCE, Translator
from nb2prod_server.state.documents import plain

# The editor's command for changes that no text edit can make, such as removing a cell.
EDIT_CELLS = "nb2prod.editCells"

FIX_ALL = "source.fixAll.nb2prod"
IMPORTS_KIND = "source.organizeImports.nb2prod"
# An editor requests the `notebook.` kinds for the first cell only, and accepts edits of any cell.
SOURCE_KINDS: Mapping[str, str] = {
    FIX_ALL: "nb2prod: Fix all in this cell",
    IMPORTS_KIND: "nb2prod: Organise imports in this cell",
    f"notebook.{FIX_ALL}": "nb2prod: Fix all in the notebook",
    f"notebook.{IMPORTS_KIND}": "nb2prod: Organise imports in the notebook",
}
KINDS = [types.CodeActionKind.QuickFix.value, *SOURCE_KINDS]


class _Data(msgspec.Struct, frozen=True):
    """The data of a source action, which the editor sends back: a cell, and the kind of action."""

    uri: str
    kind: str


def offered(context: ActionContext, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    """Yield the code actions for a range: quick fixes first, then source actions."""
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    uri = params.text_document.uri
    if is_requested(types.CodeActionKind.QuickFix.value, only):
        ours = [d for d in params.context.diagnostics if d.source == SOURCE]
        for diagnostic in ours:
            yield from _quick_fixes(context, diagnostic)
        for diagnostic in ours:
            yield from _suppression(context, diagnostic)
    for kind, title in SOURCE_KINDS.items():
        if is_requested(kind, only) and (only or context.resolves):
            data = msgspec.to_builtins(_Data(uri, kind))
            action = types.CodeAction(title=title, kind=kind, data=data)
            if context.resolves:
                yield action
            elif (complete := resolved(context, action)).edit:
                yield complete


def resolved(context: ActionContext, action: types.CodeAction) -> types.CodeAction:
    """Return a source action with its edit, if it changes anything.

    Raises:
        msgspec.ValidationError: the action is not one that the server has offered.
    """
    data = msgspec.convert(plain(action.data), _Data)
    uri, kind = data.uri, data.kind
    cells = set(context.notebook.cells_of.get(uri, ()))
    everywhere = kind.startswith("notebook.") or not context.notebook.has_cells

    def wanted(found: Finding, fix: Fix) -> bool:
        here = everywhere or all(isinstance(c, EditCell) and c.cell in cells for c in fix.changes)
        return here and ("imports" in tags_of(found.code) or not kind.endswith(IMPORTS_KIND))

    notebook, check = context.notebook, context.state.linter
    sources = fixed_sources(notebook.content, context.state.rules, check.results, wanted)
    edits = {
        cell: list(line_edits(notebook.content.cells[cell].source, source))
        for cell, source in sources.items()
    }
    if edits:
        action.edit = workspace_edit(context, edits)
    return action


def _quick_fixes(
    context: ActionContext, diagnostic: types.Diagnostic
) -> Iterator[types.CodeAction]:
    """Yield the fixes of a diagnostic, as long as they fit the current texts."""
    fixes = _list(_mapping(diagnostic.data).get("fixes"))
    if fixes and not all(_fits(context, fix) for fix in fixes):
        fixes = _fixes_now(context, diagnostic)
    for number, fix in enumerate(fixes):
        edits, cells = _mapping(fix.get("edits")), _list(fix.get("cells"))
        if fix.get("shown") or not (edits or cells):
            continue
        safe = bool(fix.get("safe"))
        action = types.CodeAction(
            title=str(fix.get("title")) + ("" if safe else " (may change results)"),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=True if safe and not number else None,
        )
        if edits:
            changes = [
                document_edit(
                    uri,
                    item["version"],
                    [types.TextEdit(_range(e["range"]), e["newText"]) for e in item["edits"]],
                )
                for uri, item in edits.items()
            ]
            action.edit = types.WorkspaceEdit(document_changes=changes)
        if cells:
            argument = {"notebook": context.notebook.uri, "cells": cells}
            action.command = types.Command(
                title=str(fix.get("title")), command=EDIT_CELLS, arguments=[argument]
            )
        yield action


def _fits(context: ActionContext, fix: Mapping[str, Any]) -> bool:
    """Return whether the texts that a fix edits are unchanged since it was published."""
    edits = _mapping(fix.get("edits"))
    return all(
        version_of(context.documents, uri) == item.get("version") for uri, item in edits.items()
    )


def _fixes_now(context: ActionContext, diagnostic: types.Diagnostic) -> list[dict[str, Any]]:
    """Return the current fixes of the finding behind a diagnostic, if it still exists."""
    found = _found(context, diagnostic)
    now = Translator(context.notebook, context.documents).diagnostics([found]) if found else []
    return _list(_mapping(now[0].data).get("fixes")) if now else []


def _found(context: ActionContext, diagnostic: types.Diagnostic) -> Finding | None:
    cell = _mapping(diagnostic.data).get("cell")
    findings = context.state.linter.found.get(cell, ())
    alike = (f for f in findings if (f.code, f.message) == (diagnostic.code, diagnostic.message))
    return next(alike, None)


def _suppression(
    context: ActionContext, diagnostic: types.Diagnostic
) -> Iterator[types.CodeAction]:
    found = _found(context, diagnostic)
    if found is None or found.cell is None:
        return
    cell = context.notebook.content.cells[found.cell]
    line = found.line if found.end else 0
    edit = suppression_edit(cell.source, line, found.code) if cell.kind == "code" else None
    if edit:
        yield types.CodeAction(
            title=f"Suppress {found.code} here",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=workspace_edit(context, {cell.index: [edit]}),
        )


def _range(value: Mapping[str, Any]) -> types.Range:
    start, end = value["start"], value["end"]
    return types.Range(
        types.Position(start["line"], start["character"]),
        types.Position(end["line"], end["character"]),
    )


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    # pygls parses a list that the editor sends back to a tuple.
    items = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
