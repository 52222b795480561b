"""Inlay hints: after a name from another cell, the number of that cell."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from nb2prod_server.features.hover import origins
from nb2prod_server.server import Server


def register(server: Server) -> None:
    """Answer the request for inlay hints."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hints(params: types.InlayHintParams) -> Sequence[types.InlayHint]:
        uri = params.text_document.uri
        state = session.find(uri)
        view = state.linter.view if state else None
        if not state or not view or not session.settings_for(state.notebook.uri).inlay_hints:
            return []
        translator = server.translator(state)
        return [
            types.InlayHint(
                position=translator.range(cell, end, end).start,
                label=f"← {origin + 1}",
                tooltip=f"`{name}` is defined in cell {origin + 1}",
                padding_left=True,
            )
            for cell in state.notebook.cells_of.get(uri, ())
            for end, name, origin in origins(view, cell)
        ]
