"""What the editor asks about a notebook, and what it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from nb2prod_server import commands, lenses, names, refactorings, symbols
from nb2prod_server.actions import KINDS, code_actions, resolved
from nb2prod_server.tasks import Outline

if TYPE_CHECKING:
    from nb2prod_server.server import Server


def register_answers(server: Server) -> None:
    """Register what is asked."""
    session, feature = server.session, server.feature
    documents = session.documents

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[*KINDS, *refactorings.KINDS], resolve_provider=True
        ),
    )
    async def actions(params: types.CodeActionParams) -> Sequence[types.CodeAction]:
        opened = session.of(params.text_document.uri)
        if opened is None:
            return []
        desk = server.desk(opened)
        found = list(code_actions(desk, params))
        return found + await refactorings.offered(desk, session.workshop, params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def action(unresolved: types.CodeAction) -> types.CodeAction:
        data = cast("Any", unresolved.data)
        opened = session.of(str(data["uri"])) if data and "uri" in data else None
        if opened is None:
            return unresolved
        if "refactoring" not in data:
            return resolved(server.desk(opened), unresolved)
        desk = server.desk(opened)
        if reason := await refactorings.made(desk, session.workshop, unresolved):
            server.warn(f"{unresolved.title}: {reason}")
        return unresolved

    @feature(types.WORKSPACE_EXECUTE_COMMAND)
    async def command(params: types.ExecuteCommandParams) -> Any:
        return await commands.execute(server, params)

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        opened = session.of(uri)
        positions = documents.positions(uri)
        place = opened.sheet.at(uri, positions.offset(params.position)) if opened else None
        view = opened.check.view if opened else None
        if opened is None or view is None or place is None or place[0] not in view.summaries:
            return None
        cell, offset = place
        word = names.word_at(opened.sheet.notebook.cells[cell].source, offset)
        text = opened.sheet.notebook.cells[cell].source[slice(*word)] if word else ""
        name = names.find_name(view, text) if word else None
        if name is None or word is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, names.described(name, cell))
        return types.Hover(content, server.translator(opened).range(cell, *word))

    @feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lenses(params: types.CodeLensParams) -> Sequence[types.CodeLens]:
        uri = params.text_document.uri
        opened = session.of(uri)
        if opened is None or not session.settings_for(opened.sheet.uri).code_lens:
            return []
        await asyncio.sleep(session.settings_for(opened.sheet.uri).pause / 1000)
        outline = await session.outlined(opened)
        cells = opened.sheet.cells_of.get(uri, ())
        return list(lenses.lenses(opened, outline, cells, server.translator(opened)))

    @feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbols(
        params: types.DocumentSymbolParams,
    ) -> Sequence[types.DocumentSymbol]:
        uri = params.text_document.uri
        opened = session.of(uri)
        view = opened.check.view if opened else None
        if opened is None or view is None:
            return []
        outline = Outline() if opened.sheet.partial else await session.outlined(opened)
        view = opened.check.view or view  # as it is now
        sheet, translator = opened.sheet, server.translator(opened)
        if not sheet.whole:
            return symbols.staged_symbols(sheet, view.summaries, translator, outline)
        cell = next(iter(sheet.cells_of.get(uri, ())), None)
        if cell is None:  # it has been deleted meanwhile
            return []
        inner = symbols.cell_symbols(sheet, view.summaries, translator, cell)
        return symbols.in_stage(inner, sheet, translator, outline, cell)

    @feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hints(params: types.InlayHintParams) -> Sequence[types.InlayHint]:
        uri = params.text_document.uri
        opened = session.of(uri)
        view = opened.check.view if opened else None
        if not opened or not view or not session.settings_for(opened.sheet.uri).inlay_hints:
            return []
        translator = server.translator(opened)
        return [
            types.InlayHint(
                position=translator.range(cell, end, end).start,
                label=f"← {origin + 1}",
                tooltip=f"`{name}` comes from cell {origin + 1}",
                padding_left=True,
            )
            for cell in opened.sheet.cells_of.get(uri, ())
            for end, name, origin in names.origins(view, cell)
        ]
