"""The requests for code actions: quick fixes, source actions and refactorings."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from nb2prod_server.features import quick_fixes, refactorings
from nb2prod_server.features.action_context import context_of
from nb2prod_server.server import Server
from nb2prod_server.state.documents import plain


def register(server: Server) -> None:
    """Answer the requests for code actions."""
    session, feature = server.session, server.feature

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[*quick_fixes.KINDS, *refactorings.KINDS], resolve_provider=True
        ),
    )
    async def actions(params: types.CodeActionParams) -> Sequence[types.CodeAction]:
        state = session.find(params.text_document.uri)
        if state is None:
            return []
        context = context_of(server, state)
        found = list(quick_fixes.offered(context, params))
        return found + await refactorings.offered(context, session.code_worker, params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def action(unresolved: types.CodeAction) -> types.CodeAction:
        data = plain(unresolved.data)
        state = session.find(str(data.get("uri")))
        if state is None:
            return unresolved
        context = context_of(server, state)
        try:
            if "refactoring" not in data:
                return quick_fixes.resolved(context, unresolved)
            reason = await refactorings.resolve(context, session.code_worker, unresolved)
        except msgspec.ValidationError as error:
            raise JsonRpcInvalidParams(f"not the data of a code action: {error}") from None
        if reason:
            server.warn(f"{unresolved.title}: {reason}")
        return unresolved
