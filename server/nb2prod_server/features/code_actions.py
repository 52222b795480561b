"""The requests for code actions: quick fixes, source actions and refactorings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from lsprotocol import types

from nb2prod_server.features import quick_fixes, refactorings
from nb2prod_server.features.action_context import context_of
from nb2prod_server.server import Server


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
        data = cast("Any", unresolved.data)
        state = session.find(str(data["uri"])) if data and "uri" in data else None
        if state is None:
            return unresolved
        context = context_of(server, state)
        if "refactoring" not in data:
            return quick_fixes.resolved(context, unresolved)
        if reason := await refactorings.resolve(context, session.code_worker, unresolved):
            server.warn(f"{unresolved.title}: {reason}")
        return unresolved
