"""Code lenses: above each cell its stage, what it reads and what it writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from lsprotocol import types

from nb2prod.analysis.names.summary import Summary
from nb2prod_server.server import Server
from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.notebook_state import NotebookState
from nb2prod_server.worker.messages import CellOutline, Outline

# Commands of the editor, if it has them: show the plan, and extract the cell.
SHOW_PLAN = "nb2prod.showPlan"
EXTRACT_CELL = "nb2prod.extractCell"
_MAX_NAMES = 5


def lenses(
    state: NotebookState, outline: Outline, cells: Sequence[int], translator: Translator
) -> Iterator[types.CodeLens]:
    """Yield the lenses of those among some cells that have code."""
    view = state.linter.view
    for cell in cells:
        summary = view.summaries.get(cell) if view else None
        if summary is None or not summary.code:
            continue
        start = translator.range(cell, 0, 0)
        role = outline.cells.get(cell)
        argument = {"uri": state.notebook.uri, "cell": cell}
        title = _title(summary, role, outline.refusal)
        command = types.Command(title=title, command=SHOW_PLAN, arguments=[argument])
        yield types.CodeLens(range=start, command=command)
        if role and not summary.only_imports and not state.notebook.code_only:
            command = types.Command(title="extract", command=EXTRACT_CELL, arguments=[argument])
            yield types.CodeLens(range=start, command=command)


def _title(summary: Summary, role: CellOutline | None, refusal: str) -> str:
    if summary.only_imports:
        return "imports"  # every stage has them
    if role is None:
        return "not Python" if summary.broken else "no code"
    stage = f"stage {role.number}: {role.stage}" if role.number else "no stage"
    if not role.number and refusal:
        stage = f"no plan ({refusal:.80})"
    parts = [stage]
    if role.reads:
        parts.append(f"reads {_listed(role.reads)}")
    if role.writes:
        parts.append(f"writes {_listed(role.writes)}")
    return " · ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def register(server: Server) -> None:
    """Answer the request for code lenses."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lenses(params: types.CodeLensParams) -> Sequence[types.CodeLens]:
        uri = params.text_document.uri
        state = session.find(uri)
        if state is None or not session.settings_for(state.notebook.uri).code_lens:
            return []
        await asyncio.sleep(session.settings_for(state.notebook.uri).pause / 1000)
        outline = await session.outline_of(state)
        cells = state.notebook.cells_of.get(uri, ())
        return list(lenses(state, outline, cells, server.translator(state)))
