"""Edit the JSON of a notebook in place: every other byte stays the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from hashlib import blake2b

from nb2prod.notebook.changes import (
    CellChange,
    ClearOutputs,
    DropMetadata,
    RedactOutputs,
    RemoveCell,
    SetMember,
    SplitCell,
)
from nb2prod.notebook.outputs import is_text
from nb2prod.text.json_spans import JsonValue, items_at, members_at, object_at, skip_blanks
from nb2prod.text.secrets import redacted_parts, spans_of_secrets
from nb2prod.text.spans import Edit, Span

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class JsonError(Exception):
    """A change cannot be made in this JSON; the message says why, in one sentence."""


def json_edits(
    text: str, sources: Mapping[int, str], changes: Sequence[CellChange]
) -> Iterator[Edit]:
    """Yield the edits of a notebook's JSON text that make some changes.

    Args:
        text: the notebook, as JSON.
        sources: the new sources of cells, by cell.
        changes: the changes; edits of sources are ignored.

    Raises:
        JsonError: a change cannot be made in this JSON.
    """
    top = object_at(text, skip_blanks(text, 0))
    if "cells" not in top:
        raise JsonError("notebooks of format 3 cannot be changed; save it in Jupyter first")
    cells = list(items_at(text, top["cells"].span.start))
    removed = {change.cell for change in changes if isinstance(change, RemoveCell)}
    yield from _without(cells, removed, top["cells"].span)
    for cell, source in sources.items():
        if cell not in removed:
            members = object_at(text, cells[cell].span.start)
            yield from _source_edits(text, members["source"], source)
    for change in changes:
        match change:
            case DropMetadata(cell, names):
                start = skip_blanks(text, 0) if cell is None else cells[cell].span.start
                yield from _dropped(text, start, [("metadata", *n) for n in names])
            case SetMember(cell=None):
                if "metadata" not in top:
                    raise JsonError("the notebook has no metadata")
                yield _set(text, top["metadata"].span, change)
            case SetMember(cell=int(cell)) if cell not in removed:
                yield _set(text, cells[cell].span, change)
            case ClearOutputs(cell) if cell not in removed:
                yield from _cleared(text, cells[cell].span)
            case RedactOutputs(cell) if cell not in removed:
                yield from _redactions(text, cells[cell].span)
            case SplitCell(cell, places) if cell not in removed:
                yield from _split(text, cells[cell].span, places)
            case _:
                pass


def _cleared(text: str, cell: Span) -> Iterator[Edit]:
    members = object_at(text, cell.start)
    for key, empty in (("outputs", "[]"), ("execution_count", "null")):
        if key in members:
            yield Edit(members[key].span, empty)


def _without(items: list[JsonValue], removed: set[int], array: Span) -> Iterator[Edit]:
    """Remove items from an array, each with the comma after it or, for the last, before it."""
    left = [i for i in range(len(items)) if i not in removed]
    if not left and removed:
        yield Edit(array, "[]")
        return
    for i in removed:
        if i < left[-1]:
            yield Edit(Span(items[i].span.start, items[i + 1].span.start), "")
        else:
            yield Edit(Span(items[i - 1].span.end, items[i].span.end), "")


def _dropped(text: str, at: int, names: Sequence[tuple[str, ...]]) -> Iterator[Edit]:
    """Remove members from the object at an offset, and from nested objects."""
    members = list(members_at(text, at))
    here = {name for name, *inner in names if not inner}
    removed = {i for i, member in enumerate(members) if member.key.data in here}
    if removed and len(removed) == len(members):
        yield Edit(Span(at + 1, text.index("}", members[-1].value.span.end)), "")
        return
    whole = [JsonValue(m.key.data, Span(m.key.span.start, m.value.span.end)) for m in members]
    yield from _without(whole, removed, Span(at, at))
    for member in members:
        inner = [tuple(rest) for name, *rest in names if name == member.key.data and rest]
        if inner and text[member.value.span.start] == "{":
            yield from _dropped(text, member.value.span.start, inner)


def _source_edits(text: str, old: JsonValue, source: str) -> Iterator[Edit]:
    if isinstance(old.data, str):
        yield Edit(old.span, _string(source, text))
        return
    items = list(items_at(text, old.span.start))
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
    """Return a JSON array of lines, indented like the text around it."""
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
    """Return a JSON string, escaped like those around it."""
    escaped = text.isascii() and "\\u" in text
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        escaped = True
    return json.dumps(line, ensure_ascii=escaped)


# Members


def _set(text: str, place: Span, change: SetMember) -> Edit:
    """Set a member of an object: replace its value, or insert it where the order of keys holds."""
    members = list(members_at(text, place.start))
    for member in members:
        if member.key.data == change.name:
            return Edit(member.value.span, _written(text, member.key.span.start, change.value))
    key = json.dumps(change.name)
    if not members:
        return Edit(place, _alone(text, place, key, change.value))
    first, last = members[0], members[-1]
    if len(members) > 1:
        comma = text[first.value.span.end : members[1].key.span.start]
    else:
        comma = "," + text[place.start + 1 : first.key.span.start]
    colon = text[first.key.span.end : first.value.span.start]
    names = [str(member.key.data) for member in members]
    value = _written(text, first.key.span.start, change.value)
    behind = [m for m in members if str(m.key.data) > change.name] if names == sorted(names) else []
    if behind:
        at = behind[0].key.span.start
        return Edit(Span(at, at), f"{key}{colon}{value}{comma}")
    at = last.value.span.end
    return Edit(Span(at, at), f"{comma}{key}{colon}{value}")


def _alone(text: str, place: Span, key: str, value: str | dict[str, str]) -> str:
    """Return an object with one member, indented like the text around it."""
    outer = _indent(text, place.start)
    if not outer:
        return f"{{{key}: {_written(text, place.start, value)}}}"
    end = "\r\n" if "\r\n" in text else "\n"
    inner = outer + (outer if text[place.start - 1] != "\n" else "")
    return f"{{{end}{inner}{key}: {_nested(value, inner, outer, end)}{end}{outer}}}"


def _written(text: str, at: int, value: str | dict[str, str]) -> str:
    """Return the JSON of a value whose key is at an offset, indented if the key starts a line."""
    indent = _indent(text, at)
    if isinstance(value, str) or not indent:
        return json.dumps(value)
    outer = _indent(text, text.find('"nbformat"'))
    end = "\r\n" if "\r\n" in text else "\n"
    return _nested(value, indent, outer or " ", end)


def _nested(value: str | dict[str, str], indent: str, step: str, end: str) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    lines = (f"{end}{indent}{step}{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
    return "{" + ",".join(lines) + f"{end}{indent}}}"


def _indent(text: str, at: int) -> str:
    """Return the blanks between the start of a line and an offset; empty on the first line."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:at]
    blanks = line[: len(line) - len(line.lstrip(" \t"))]
    return blanks if start else ""


# Outputs


def _redactions(text: str, cell: Span) -> Iterator[Edit]:
    """Redact the secrets in the text of outputs; images have none."""
    outputs = object_at(text, cell.start).get("outputs")
    for output in items_at(text, outputs.span.start) if outputs else ():
        shown = object_at(text, output.span.start)
        values = [shown[key] for key in ("text", "traceback", "evalue", "metadata") if key in shown]
        if "data" in shown:
            data = object_at(text, shown["data"].span.start)
            values += [value for mime, value in data.items() if is_text(mime)]
        for value in values:
            yield from _redacted(text, value)


def _redacted(text: str, value: JsonValue) -> Iterator[Edit]:
    """Redact a string or a text given as a list of lines; else the strings of a JSON object."""
    items = list(items_at(text, value.span.start)) if isinstance(value.data, list) else [value]
    strings = [item.data for item in items if isinstance(item.data, str)]
    if len(strings) == len(items):
        for item, new in zip(items, redacted_parts(strings), strict=True):
            if new != item.data:
                yield Edit(item.span, _string(new, text))
        return
    if any(isinstance(item.data, str | list | dict) for item in items):
        raw = value.span.text(text)
        for span in spans_of_secrets(raw):
            start = value.span.start + span.start
            yield Edit(Span(start, value.span.start + span.end), "[redacted]")


# Splitting a cell


def _split(text: str, cell: Span, places: Sequence[int]) -> Iterator[Edit]:
    """Insert the parts of a cell but the last as cells before it.

    The cell itself keeps the last part and the outputs, which were below all of the code.
    """
    members = object_at(text, cell.start)
    source = members["source"]
    lines = items_at(text, source.span.start) if isinstance(source.data, list) else [source]
    whole = "".join(str(line.data) for line in lines)
    starts = [0, *places]
    parts = [whole[a:b] for a, b in zip(starts, [*places, len(whole)], strict=True)]
    start = text.rfind("\n", 0, cell.start) + 1
    gap = text[start : cell.start] if not text[start : cell.start].strip() else ""
    end = ("\r\n" if "\r\n" in text else "\n") if gap else " "
    for number, part in enumerate(parts[:-1]):
        new = text[cell.start : cell.end]
        fresh = {"outputs": "[]", "execution_count": "null", "metadata": "{}"}
        identity = blake2b(f"{number} {whole}".encode(), digest_size=4).hexdigest()
        edits = [Edit(value.span, fresh[key]) for key, value in members.items() if key in fresh]
        edits += [Edit(v.span, json.dumps(identity)) for k, v in members.items() if k == "id"]
        edits += _source_edits(text, members["source"], part.rstrip("\n"))
        for edit in sorted(edits, reverse=True):
            a, b = edit.span.start - cell.start, edit.span.end - cell.start
            new = new[:a] + edit.text + new[b:]
        yield Edit(Span(cell.start, cell.start), f"{new},{end}{gap}")
    yield from _source_edits(text, members["source"], parts[-1])
