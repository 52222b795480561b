"""Document symbols: the definitions in cells, grouped by pipeline stage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types

from nb2prod.analysis.names.summary import Bind, Summary
from nb2prod_server.server import Server
from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.open_notebook import OpenNotebook
from nb2prod_server.worker.messages import CellOutline, Outline

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_KINDS = {
    "function": types.SymbolKind.Function,
    "class": types.SymbolKind.Class,
    "import": types.SymbolKind.Module,
}


def cell_symbols(
    notebook: OpenNotebook, summaries: Mapping[int, Summary], translator: Translator, cell: int
) -> list[types.DocumentSymbol]:
    """Return the definitions in a code cell, or the headings in a Markdown cell."""
    source = notebook.content.cells[cell].source
    if notebook.content.cells[cell].kind == "markdown":
        return [
            _symbol(translator, cell, match[2], types.SymbolKind.String, match.span())
            for match in _HEADING.finditer(source)
        ]
    summary = summaries.get(cell)
    return [
        _symbol(
            translator,
            cell,
            bind.name,
            _KINDS.get(bind.kind, types.SymbolKind.Variable),
            (bind.start, bind.end),
        )
        for bind in (_first_binds(summary) if summary else ())
    ]


def in_stage(
    inner: list[types.DocumentSymbol],
    notebook: OpenNotebook,
    translator: Translator,
    outline: Outline,
    cell: int,
) -> list[types.DocumentSymbol]:
    """Return the symbols of one cell under the stage of the cell, if it has one."""
    role = outline.cells.get(cell)
    if not inner or role is None or not role.number:
        return inner
    whole = translator.range(cell, 0, len(notebook.content.cells[cell].source))
    return [_stage(role, outline, whole, inner)]


def staged_symbols(
    notebook: OpenNotebook,
    summaries: Mapping[int, Summary],
    translator: Translator,
    outline: Outline,
) -> list[types.DocumentSymbol]:
    """Return the cells of a document with their symbols, grouped by stage."""
    stages: dict[int, types.DocumentSymbol] = {}
    found: list[types.DocumentSymbol] = []
    for cell in notebook.content.cells:
        inner = cell_symbols(notebook, summaries, translator, cell.index)
        whole = translator.range(cell.index, 0, len(cell.source))
        symbol = types.DocumentSymbol(
            name=f"cell {cell.index + 1}",
            detail=next((line.strip() for line in cell.source.split("\n") if line.strip()), ""),
            kind=types.SymbolKind.Namespace,
            range=whole,
            selection_range=types.Range(whole.start, whole.start),
            children=inner,
        )
        role = outline.cells.get(cell.index)
        if role is None or not role.number:
            found.append(symbol)
            continue
        stage = stages.get(role.number)
        if stage is None:
            stage = stages[role.number] = _stage(role, outline, whole, [])
            found.append(stage)
        stage.range = types.Range(stage.range.start, whole.end)
        stage.children = [*(stage.children or ()), symbol]
    return found


def _stage(
    role: CellOutline,
    outline: Outline,
    whole: types.Range,
    inner: list[types.DocumentSymbol],
) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=f"stage {role.number}: {role.stage}",
        detail=outline.titles.get(role.number, ""),
        kind=types.SymbolKind.Package,
        range=whole,
        selection_range=types.Range(whole.start, whole.start),
        children=inner,
    )


def _first_binds(summary: Summary) -> Iterator[Bind]:
    seen: set[str] = set()
    for bind in summary.binds:
        if bind.name not in seen and bind.kind != "import":
            seen.add(bind.name)
            yield bind


def _symbol(
    translator: Translator, cell: int, name: str, kind: types.SymbolKind, where: tuple[int, int]
) -> types.DocumentSymbol:
    place = translator.range(cell, *where)
    return types.DocumentSymbol(name=name, kind=kind, range=place, selection_range=place)


def register(server: Server) -> None:
    """Answer the request for the symbols of a document."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbols(
        params: types.DocumentSymbolParams,
    ) -> Sequence[types.DocumentSymbol]:
        uri = params.text_document.uri
        state = session.find(uri)
        view = state.linter.view if state else None
        if state is None or view is None:
            return []
        outline = Outline() if state.notebook.code_only else await session.outline_of(state)
        view = state.linter.view or view  # it may have changed in the meantime
        notebook, translator = state.notebook, server.translator(state)
        if not notebook.has_cells:
            return staged_symbols(notebook, view.summaries, translator, outline)
        cell = next(iter(notebook.cells_of.get(uri, ())), None)
        if cell is None:  # it was deleted in the meantime
            return []
        inner = cell_symbols(notebook, view.summaries, translator, cell)
        return in_stage(inner, notebook, translator, outline, cell)
