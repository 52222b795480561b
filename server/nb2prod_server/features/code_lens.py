"""Code lenses: above each cell, its stage, what it reads and what it writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from lsprotocol import types

from nb2prod.analysis.names.summary import Summary
from nb2prod_server.server import Server
from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.session import Open
from nb2prod_server.worker.messages import CellOutline, Outline

# What an editor does when a lens is clicked, if it has a command for that: it shows the plan, or
# asks how the cell is to be extracted.
SHOW_PLAN = "nb2prod.showPlan"
EXTRACT_CELL = "nb2prod.extractCell"
_MOST = 5


def lenses(
    opened: Open, outline: Outline, cells: Sequence[int], translator: Translator
) -> Iterator[types.CodeLens]:
    """Yield the lenses of each of some cells that has code."""
    view = opened.check.view
    for cell in cells:
        summary = view.summaries.get(cell) if view else None
        if summary is None or not summary.code:
            continue
        start = translator.range(cell, 0, 0)
        does = outline.cells.get(cell)
        argument = {"uri": opened.sheet.uri, "cell": cell}
        title = _title(summary, does, outline.refusal)
        command = types.Command(title=title, command=SHOW_PLAN, arguments=[argument])
        yield types.CodeLens(range=start, command=command)
        if does and not summary.only_imports and not opened.sheet.partial:
            command = types.Command(title="extract", command=EXTRACT_CELL, arguments=[argument])
            yield types.CodeLens(range=start, command=command)


def _title(summary: Summary, does: CellOutline | None, refusal: str) -> str:
    if summary.only_imports:
        return "imports"  # those of every stage
    if does is None:
        return "not Python" if summary.broken else "no code"
    stage = f"stage {does.number}: {does.stage}" if does.number else "no stage"
    if not does.number and refusal:
        stage = f"no plan ({refusal:.80})"
    parts = [stage]
    if does.reads:
        parts.append(f"reads {_few(does.reads)}")
    if does.writes:
        parts.append(f"writes {_few(does.writes)}")
    return " · ".join(parts)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def register(server: Server) -> None:
    """Answer the request for code lenses."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lenses(params: types.CodeLensParams) -> Sequence[types.CodeLens]:
        uri = params.text_document.uri
        opened = session.of(uri)
        if opened is None or not session.settings_for(opened.sheet.uri).code_lens:
            return []
        await asyncio.sleep(session.settings_for(opened.sheet.uri).pause / 1000)
        outline = await session.outlined(opened)
        cells = opened.sheet.cells_of.get(uri, ())
        return list(lenses(opened, outline, cells, server.translator(opened)))
