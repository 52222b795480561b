"""The symbols of documents: what cells define, by the stages of the pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types

from nb2prod.analysis.names.summary import Bind, Summary
from nb2prod_server.server import Server
from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.open_notebook import Sheet
from nb2prod_server.worker.messages import CellOutline, Outline

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_KINDS = {
    "function": types.SymbolKind.Function,
    "class": types.SymbolKind.Class,
    "import": types.SymbolKind.Module,
}


def cell_symbols(
    sheet: Sheet, summaries: Mapping[int, Summary], translator: Translator, cell: int
) -> list[types.DocumentSymbol]:
    """Return what one cell defines, or the headings in its text."""
    source = sheet.notebook.cells[cell].source
    if sheet.notebook.cells[cell].kind == "markdown":
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
    sheet: Sheet,
    translator: Translator,
    outline: Outline,
    cell: int,
) -> list[types.DocumentSymbol]:
    """Return what one cell defines, below the stage that the cell falls into."""
    does = outline.cells.get(cell)
    if not inner or does is None or not does.number:
        return inner
    whole = translator.range(cell, 0, len(sheet.notebook.cells[cell].source))
    return [_stage(does, outline, whole, inner)]


def staged_symbols(
    sheet: Sheet, summaries: Mapping[int, Summary], translator: Translator, outline: Outline
) -> list[types.DocumentSymbol]:
    """Return the cells of a document, those of a stage below it, with what they define."""
    stages: dict[int, types.DocumentSymbol] = {}
    found: list[types.DocumentSymbol] = []
    for cell in sheet.notebook.cells:
        inner = cell_symbols(sheet, summaries, translator, cell.index)
        whole = translator.range(cell.index, 0, len(cell.source))
        symbol = types.DocumentSymbol(
            name=f"cell {cell.index + 1}",
            detail=next((line.strip() for line in cell.source.split("\n") if line.strip()), ""),
            kind=types.SymbolKind.Namespace,
            range=whole,
            selection_range=types.Range(whole.start, whole.start),
            children=inner,
        )
        does = outline.cells.get(cell.index)
        if does is None or not does.number:
            found.append(symbol)
            continue
        stage = stages.get(does.number)
        if stage is None:
            stage = stages[does.number] = _stage(does, outline, whole, [])
            found.append(stage)
        stage.range = types.Range(stage.range.start, whole.end)
        stage.children = [*(stage.children or ()), symbol]
    return found


def _stage(
    does: CellOutline,
    outline: Outline,
    whole: types.Range,
    inner: list[types.DocumentSymbol],
) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=f"stage {does.number}: {does.stage}",
        detail=outline.titles.get(does.number, ""),
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
        opened = session.of(uri)
        view = opened.check.view if opened else None
        if opened is None or view is None:
            return []
        outline = Outline() if opened.sheet.partial else await session.outlined(opened)
        view = opened.check.view or view  # as it is now
        sheet, translator = opened.sheet, server.translator(opened)
        if not sheet.whole:
            return staged_symbols(sheet, view.summaries, translator, outline)
        cell = next(iter(sheet.cells_of.get(uri, ())), None)
        if cell is None:  # it has been deleted meanwhile
            return []
        inner = cell_symbols(sheet, view.summaries, translator, cell)
        return in_stage(inner, sheet, translator, outline, cell)
