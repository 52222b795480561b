"""Writing back into the file of a notebook: only the lines of source that change are touched.

All else stays byte for byte: outputs, metadata, the order of keys, indentation, ids, line ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from nb2prod.finding import CellChange, ClearOutputs, DropMetadata, EditCell, RemoveCell
from nb2prod.notebook import Notebook, parse_notebook
from nb2prod.percent import ScriptCell, is_percent, read_percent
from nb2prod.source import Edit, LineTable, Span, apply_edits

_BLANK = re.compile(r"[ \t\r\n]*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MAGIC = re.compile(r"\s*(?:%{1,2}[A-Za-z_]|![^\s=]|\?[A-Za-z_])")
_BOM = b"\xef\xbb\xbf"


class RewriteError(Exception):
    """A file that cannot be changed in place; the message says why, in one sentence."""


def rewrite(path: Path, content: bytes, changes: Sequence[CellChange]) -> bytes:
    """Return the content of a notebook's file with changes made to some of its cells.

    Raises:
        RewriteError: files of this kind cannot be changed.
        NotebookError: the content is not a notebook.
    """
    before = parse_notebook(path, content)
    bom = _BOM if content.startswith(_BOM) else b""
    text = content[len(bom) :].decode("utf-8")
    sources = _sources(before, changes)
    if path.suffix.lower() == ".py" and is_percent(text):
        edits = _script_edits(text, sources, changes)
    elif path.suffix.lower() in {".py", ".md"}:
        raise RewriteError(f"{path}: only .ipynb files and scripts with `# %%` can be mended")
    else:
        edits = _json_edits(path, text, sources, changes)
    new = bom + apply_edits(text, edits).encode("utf-8")
    removed = {change.cell for change in changes if isinstance(change, RemoveCell)}
    expected = [sources.get(c.index, c.source) for c in before.cells if c.index not in removed]
    if [cell.source for cell in parse_notebook(path, new).cells] != expected:
        raise RewriteError(f"{path}: cannot be written back without loss")
    return new


def _sources(notebook: Notebook, changes: Iterable[CellChange]) -> Mapping[int, str]:
    """Return the new source of each cell that is edited."""
    edits: dict[int, list[Edit]] = {}
    for change in changes:
        if isinstance(change, EditCell):
            edits.setdefault(change.cell, []).append(change.edit)
    return {cell: apply_edits(notebook.cells[cell].source, made) for cell, made in edits.items()}


# Jupyter's JSON


@dataclass(frozen=True, slots=True)
class _Value:
    """A value in a JSON text: what it is, and where it stands."""

    data: object
    span: Span


def _json_edits(
    path: Path, text: str, sources: Mapping[int, str], changes: Sequence[CellChange]
) -> Iterator[Edit]:
    top = dict(_members(text, _skip(text, 0)))
    if "cells" not in top:
        raise RewriteError(f"{path}: notebooks of format 3 cannot be mended; save it in Jupyter")
    cells = list(_items(text, top["cells"].span.start))
    for change in changes:
        if isinstance(change, DropMetadata):
            where = cells[change.cell].span if change.cell is not None else Span(_skip(text, 0), 0)
            yield from _without_members(text, where.start, [("metadata", *n) for n in change.names])
    removed = {change.cell for change in changes if isinstance(change, RemoveCell)}
    yield from _without(cells, removed, top["cells"].span)
    for cell, source in sources.items():
        if cell not in removed:
            members = dict(_members(text, cells[cell].span.start))
            yield from _source_edits(text, members["source"], source)
    for change in changes:
        if isinstance(change, ClearOutputs) and change.cell not in removed:
            members = dict(_members(text, cells[change.cell].span.start))
            for key, empty in (("outputs", "[]"), ("execution_count", "null")):
                if key in members:
                    yield Edit(members[key].span, empty)


def _without_members(text: str, at: int, names: Sequence[tuple[str, ...]]) -> Iterator[Edit]:
    """Take members out of the object at an offset, and out of those in it."""
    pairs = list(_pairs(text, at))
    here = {name for name, *inner in names if not inner}
    removed = {i for i, (key, _) in enumerate(pairs) if key.data in here}
    if removed:
        whole = [_Value(key.data, Span(key.span.start, v.span.end)) for key, v in pairs]
        yield from _without(whole, removed, _value(text, at).span, empty="{}")
    for key, value in pairs:
        inner = [tuple(rest) for name, *rest in names if name == key.data and rest]
        if inner and text[value.span.start] == "{":
            yield from _without_members(text, value.span.start, inner)


def _members(text: str, at: int) -> Iterator[tuple[str, _Value]]:
    """Yield the members of the object at an offset."""
    for key, value in _pairs(text, at):
        yield str(key.data), value


def _pairs(text: str, at: int) -> Iterator[tuple[_Value, _Value]]:
    """Yield the keys and the values of the object at an offset."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key = _value(text, at)
        value = _value(text, _skip(text, _skip(text, key.span.end) + 1))
        yield key, value
        at = _skip(text, value.span.end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _items(text: str, at: int) -> Iterator[_Value]:
    """Yield the items of the array at an offset."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        value = _value(text, at)
        yield value
        at = _skip(text, value.span.end)
        at = _skip(text, at + 1) if text[at] == "," else at


_DECODER = json.JSONDecoder()


def _value(text: str, at: int) -> _Value:
    data, end = _DECODER.raw_decode(text, at)
    return _Value(data, Span(at, end))


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _without(
    items: list[_Value], removed: set[int], around: Span, empty: str = "[]"
) -> Iterator[Edit]:
    """Take items out of an array or object, each with the comma behind it or else before it."""
    left = [i for i in range(len(items)) if i not in removed]
    if not left and removed:
        yield Edit(around, empty)
        return
    for i in removed:
        if i < left[-1]:
            yield Edit(Span(items[i].span.start, items[i + 1].span.start), "")
        else:
            yield Edit(Span(items[i - 1].span.end, items[i].span.end), "")


def _source_edits(text: str, old: _Value, source: str) -> Iterator[Edit]:
    if isinstance(old.data, str):
        yield Edit(old.span, _string(source, text))
        return
    items = list(_items(text, old.span.start))
    before = [item.data for item in items]
    after = _LINE.findall(source)
    if not items or not after:
        yield Edit(old.span, _array(text, old.span, after))
        return
    comma = text[items[0].span.end : items[1].span.start] if len(items) > 1 else None
    comma = comma or "," + text[old.span.start + 1 : items[0].span.start]
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        new = comma.join(_string(line, text) for line in after[k:m])
        if what == "replace":
            yield Edit(Span(items[i].span.start, items[j - 1].span.end), new)
        elif what == "delete" and j < len(items):
            yield Edit(Span(items[i].span.start, items[j].span.start), "")
        elif what == "delete":
            yield Edit(Span(items[i - 1].span.end, items[j - 1].span.end), "")
        elif what == "insert" and i < len(items):
            at = items[i].span.start
            yield Edit(Span(at, at), new + comma)
        elif what == "insert":
            at = items[-1].span.end
            yield Edit(Span(at, at), comma + new)


def _array(text: str, array: Span, lines: Sequence[str]) -> str:
    """Return a JSON array of lines, indented as what is around it."""
    if not lines:
        return "[]"
    start = text.rfind("\n", 0, array.start) + 1
    line = text[start : array.start]
    indent = line[: len(line) - len(line.lstrip())]
    if not indent or not start:
        return "[" + ", ".join(_string(item, text) for item in lines) + "]"
    inner = f"\n{indent} "
    return f"[{inner}" + f",{inner}".join(_string(item, text) for item in lines) + f"\n{indent}]"


def _string(line: str, text: str) -> str:
    """Return a JSON string, written as those around it."""
    escaped = text.isascii() and "\\u" in text
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        escaped = True
    return json.dumps(line, ensure_ascii=escaped)


# Percent scripts


def _script_edits(
    text: str, sources: Mapping[int, str], changes: Iterable[CellChange]
) -> Iterator[Edit]:
    _, cells = read_percent(text)
    table = LineTable(text)
    end = "\r\n" if "\r\n" in text else "\n"
    removed = {change.cell for change in changes if isinstance(change, RemoveCell)}
    for cell in removed:
        yield Edit(Span(table.start(cells[cell].start + 1), table.start(cells[cell].stop + 1)), "")
    for cell, source in sources.items():
        if cell not in removed:
            yield from _line_edits(table, cells[cell], source, end)


def _line_edits(table: LineTable, cell: ScriptCell, source: str, end: str) -> Iterator[Edit]:
    if cell.kind != "code":
        raise RewriteError("only code cells of a script can be mended")
    before = [line.text for line in cell.lines]
    after = source.split("\n") if source else []
    first = cell.lines[0].number if cell.lines else cell.stop
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        start, stop = table.start(first + i + 1), table.start(first + j + 1)
        lines = "".join(("# " if _MAGIC.match(t) else "") + t + end for t in after[k:m])
        if stop == len(table.source) and not table.source.endswith(("\n", "\r")):
            lines = lines.removesuffix(end)
        yield Edit(Span(start, stop), lines)
