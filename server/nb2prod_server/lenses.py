"""Code lenses: above each cell, its stage, what it reads and what it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from nb2prod.analysis.summary import Summary
from nb2prod_server.diagnostics import Translator
from nb2prod_server.session import Open
from nb2prod_server.tasks import CellOutline, Outline

# What an editor does when a lens is clicked: it shows the plan, if it has a command for that.
SHOW_PLAN = "nb2prod.showPlan"
_MOST = 5


def lenses(
    opened: Open, outline: Outline, cells: Sequence[int], translator: Translator
) -> Iterator[types.CodeLens]:
    """Yield the lens of each of some cells that has code."""
    view = opened.check.view
    for cell in cells:
        summary = view.summaries.get(cell) if view else None
        if summary is None or not summary.code:
            continue
        start = translator.range(cell, 0, 0)
        title = _title(summary, outline.cells.get(cell), outline.refusal)
        command = types.Command(
            title=title,
            command=SHOW_PLAN,
            arguments=[{"notebook": opened.sheet.uri, "cell": cell}],
        )
        yield types.CodeLens(range=start, command=command)


def _title(summary: Summary, does: CellOutline | None, refusal: str) -> str:
    if does is None:
        return "not Python" if summary.broken else "imports" if summary.only_imports else "no code"
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
