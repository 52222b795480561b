"""Hover: where a name is defined, rebound, mutated and used across the cells of a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from nb2prod.analysis.names.summary import BindKind, Summary
from nb2prod.rules.view import NotebookView
from nb2prod_server.server import Server

_NAME = re.compile(r"[^\W\d]\w*")
_TUPLE = re.compile(r"\((?:\d+, ?)*\d*\)")
_DIMENSIONS = re.compile(r"(\d+) rows . (\d+) columns")
_WORDS: dict[BindKind, str] = {
    "import": "import",
    "function": "function",
    "class": "class",
    "loop": "loop variable",
}


@dataclass(frozen=True, slots=True)
class Name:
    """The uses of one name in a notebook. Cells are counted from 0, in order.

    Attributes:
        text: the name.
        kind: its kind where it is bound first.
        target: the dotted name of the imported thing; empty if it is not imported.
        bound: the cells that bind it, each with the first line that does.
        mutated: the cells that change its object.
        deleted: the cells that delete it.
        used: the cells that read it.
        shape: the last cell that displays its shape, and the shape.
    """

    text: str
    kind: str
    target: str
    bound: tuple[tuple[int, str], ...]
    mutated: tuple[int, ...]
    deleted: tuple[int, ...]
    used: tuple[int, ...]
    shape: tuple[int, str] | None = None


def word_at(source: str, offset: int) -> tuple[int, int] | None:
    """Return the span of the name at an offset or ending there; None for attributes."""
    for match in _NAME.finditer(source):
        if match.start() <= offset <= match.end():
            before = source[: match.start()].rstrip(" \t")
            return None if before.endswith(".") else match.span()
        if match.start() > offset:
            break
    return None


def find_name(view: NotebookView, text: str) -> Name | None:
    """Return the uses of a name; None if no cell binds or reads it."""
    index = view.occurrences
    if text not in index.binders and text not in index.needers:
        return None
    summaries = [(cell, view.summaries[cell]) for cell in sorted(index.cells)]
    bound = [(c, bind) for c, s in summaries for bind in s.binds if bind.name == text]
    first: dict[int, str] = {}
    for cell, bind in bound:
        first.setdefault(cell, _line(view.cells[cell].source, bind.start))
    for cell in index.binders.get(text, ()):
        first.setdefault(cell, "")  # by a magic
    return Name(
        text,
        _WORDS.get(bound[0][1].kind, "variable") if bound else "variable",
        view.names.get(text, ""),
        tuple(sorted(first.items())),
        tuple(c for c, s in summaries if any(m.name == text for m in s.mutations)),
        tuple(c for c, s in summaries if text in s.deletes),
        tuple(c for c, s in summaries if text in s.reads),
        _shape(view, text),
    )


def _shape(view: NotebookView, text: str) -> tuple[int, str] | None:
    """Return the last cell whose output displays the shape of a variable, and the shape."""
    shown = re.compile(rf"(?:^|\n){re.escape(text)}(\.shape)?\s*\Z")
    for cell in sorted(view.summaries, reverse=True):
        source = view.cells[cell].source
        ends = shown.search(source) if view.summaries[cell].shows else None
        for output in view.cells[cell].outputs if ends else ():
            written = output.written() if output.output_type == "execute_result" else ""
            if ends and ends[1] and (found := _TUPLE.search(written)):
                return cell, found[0]
            if ends and not ends[1] and (found := _DIMENSIONS.search(written)):
                return cell, f"({found[1]}, {found[2]})"
    return None


def described(name: Name, here: int) -> str:
    """Describe the uses of a name in Markdown, as seen from a cell."""
    target = f", `{name.target}`" if name.target and name.target != name.text else ""
    lines = [f"**`{name.text}`** ({name.kind}{target})", ""]
    if not name.bound:
        lines.append("- not defined in this notebook")
    for number, (cell, line) in enumerate(name.bound):
        code = f": `{line}`" if line and "`" not in line else ""
        lines.append(f"- {'rebound' if number else 'defined'} in {_cell(cell, here)}{code}")
    uses = (("mutated", name.mutated), ("deleted", name.deleted), ("used", name.used))
    for what, cells in uses:
        if cells:
            lines.append(f"- {what} in {_cells(cells, here)}")
    if name.shape:
        lines.append(f"- shape {name.shape[1]} in the last output of {_cell(name.shape[0], here)}")
    return "\n".join(lines)


def origins(view: NotebookView, cell: int) -> Iterator[tuple[int, str, int]]:
    """Yield the names that a cell takes from cells above: end of first use, name, last binder."""
    summary: Summary | None = view.summaries.get(cell)
    for use in summary.needs if summary else ():
        binders = view.occurrences.binders.get(use.name, ())
        above = [c for c in binders if c < cell]
        if above and use.name not in view.names:
            yield use.end, use.name, above[-1]


def _line(source: str, offset: int) -> str:
    start = source.rfind("\n", 0, offset) + 1
    return source[start:].split("\n", 1)[0].strip()[:80]


def _cell(cell: int, here: int) -> str:
    return "this cell" if cell == here else f"cell {cell + 1}"


def _cells(cells: Sequence[int], here: int) -> str:
    others = [str(cell + 1) for cell in cells if cell != here]
    parts = ["this cell"] if here in cells else []
    if others:
        listed = " and ".join(filter(None, [", ".join(others[:-1]), others[-1]]))
        parts.append(f"{'cell' if len(others) == 1 else 'cells'} {listed}")
    return ", and in ".join(parts)


def register(server: Server) -> None:
    """Answer the request for a hover."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        state = session.find(uri)
        positions = session.documents.positions(uri)
        place = state.notebook.locate(uri, positions.offset(params.position)) if state else None
        view = state.linter.view if state else None
        if state is None or view is None or place is None or place[0] not in view.summaries:
            return None
        cell, offset = place
        word = word_at(state.notebook.content.cells[cell].source, offset)
        text = state.notebook.content.cells[cell].source[slice(*word)] if word else ""
        name = find_name(view, text) if word else None
        if name is None or word is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, described(name, cell))
        return types.Hover(content, server.translator(state).range(cell, *word))
