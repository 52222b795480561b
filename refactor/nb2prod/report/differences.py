"""Reports of the differences between two notebooks: as text, and as an HTML page."""

from __future__ import annotations

import base64
import binascii
import difflib
import importlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from nb2prod.emit.templates import filled
from nb2prod.notebook.diff import CellPair, DiffOptions, NotebookDiff
from nb2prod.text.untrusted import clean

_WORDS = re.compile(r"\w+|\s+|.", re.DOTALL)
_PICTURES = ("image/png", "image/jpeg", "image/gif")

Parts = list[tuple[str, bool]]
Line = Mapping[str, Any]


def difference_text(old: Path, new: Path, found: NotebookDiff, *, coloured: bool) -> str:
    """Return the differences as nbdime prints them; empty if there are none."""
    if not found.diff:
        return ""
    prettyprint: Any = importlib.import_module("nbdime.prettyprint")
    out = StringIO()
    config = prettyprint.PrettyPrintConfig(out, use_git=False, use_diff=False, use_color=coloured)
    names = clean(str(old)), clean(str(new))
    prettyprint.pretty_print_notebook_diff(*names, found.old, found.diff, config)
    return out.getvalue()


def difference_page(old: Path, new: Path, found: NotebookDiff, aspects: DiffOptions) -> str:
    """Return the differences as a self-contained HTML page."""
    pairs = list(found.pairs())
    return filled(
        "diff/page.html",
        old=clean(str(old)),
        new=clean(str(new)),
        summary=_summary(pairs, found),
        groups=[*_groups(pairs, aspects), *_metadata(found)],
    )


def _summary(pairs: Sequence[CellPair], found: NotebookDiff) -> str:
    counts = Counter(pair.state for pair in pairs)
    parts = [
        f"{counts[state]} {state}" for state in ("changed", "added", "removed") if counts[state]
    ]
    if not found.diff:
        return "The notebooks do not differ."
    return f"Cells: {', '.join(parts)}." if parts else "The cells do not differ."


def _groups(pairs: Sequence[CellPair], aspects: DiffOptions) -> Iterator[Mapping[str, Any]]:
    same: list[Sequence[Line]] = []
    numbers = [0, 0]
    for pair in pairs:
        numbers[0] += pair.old is not None
        numbers[1] += pair.new is not None
        source = list(_lines(_text(pair.old, "source"), _text(pair.new, "source")))
        if pair.state == "same":
            same.append(source)
            continue
        if same:
            yield {"same": same}
            same = []
        yield {
            "same": [],
            "title": _title(pair, numbers),
            "source": source,
            "parts": list(_parts(pair, aspects)),
        }
    if same:
        yield {"same": same}


def _title(pair: CellPair, numbers: Sequence[int]) -> str:
    if pair.state == "changed":
        moved = "" if numbers[0] == numbers[1] else f", now cell {numbers[1]}"
        return f"Cell {numbers[0]}{moved}"
    return f"Cell {numbers[pair.state == 'added']} {pair.state}"


def _parts(pair: CellPair, aspects: DiffOptions) -> Iterator[Mapping[str, Any]]:
    """Yield the differences in a cell's metadata and outputs."""
    if aspects.metadata:
        before, after = _json(pair.old, "metadata"), _json(pair.new, "metadata")
        if before != after:
            yield {"title": "Metadata", "lines": list(_lines(before, after)), "pictures": []}
    if aspects.outputs:
        before, after = _printed(pair.old), _printed(pair.new)
        pictures = [_pictures(cell) for cell in (pair.old, pair.new)]
        if before != after or pictures[0] != pictures[1]:
            lines = list(_lines(before, after)) if before != after else []
            shown = [
                {"source": source, "title": title}
                for sources, title in zip(pictures, ("before", "after"), strict=True)
                for source in sources
                if pictures[0] != pictures[1]
            ]
            yield {"title": "Outputs", "lines": lines, "pictures": shown}


def _metadata(found: NotebookDiff) -> Iterator[Mapping[str, Any]]:
    if any(op.get("key") == "metadata" for op in found.diff):
        before, after = _json(found.old, "metadata"), _json(found.new, "metadata")
        lines = list(_lines(before, after))
        yield {"same": [], "title": "Metadata of the notebook", "source": lines, "parts": []}


def _lines(old: str, new: str) -> Iterator[Line]:
    """Yield the lines of two texts, each with its state and its differing words marked."""
    before, after = old.split("\n") if old else [], new.split("\n") if new else []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            yield from ({"state": "same", "parts": [(text, False)]} for text in before[i:j])
            continue
        removed: list[Parts] = [[(text, False)] for text in before[i:j]]
        added: list[Parts] = [[(text, False)] for text in after[k:m]]
        for n in range(min(len(removed), len(added))):
            removed[n], added[n] = _words(before[i + n], after[k + n])
        yield from ({"state": "removed", "parts": parts} for parts in removed)
        yield from ({"state": "added", "parts": parts} for parts in added)


def _words(old: str, new: str) -> tuple[Parts, Parts]:
    """Return two lines in parts, with the differing words marked."""
    before, after = _WORDS.findall(old[:2000]), _WORDS.findall(new[:2000])
    removed: Parts = []
    added: Parts = []
    for operation, i, j, k, m in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        removed.append(("".join(before[i:j]), operation != "equal"))
        added.append(("".join(after[k:m]), operation != "equal"))
    removed.append((old[2000:], False))
    added.append((new[2000:], False))
    return removed, added


def _text(cell: Mapping[str, Any] | None, key: str) -> str:
    return str(cell.get(key, "")) if cell else ""


def _json(cell: Mapping[str, Any] | None, key: str) -> str:
    found: Any = cell.get(key) if cell else None
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) if found else ""


def _printed(cell: Mapping[str, Any] | None) -> str:
    """Return the outputs of a cell as text."""
    texts: list[str] = []
    for output in (cell or {}).get("outputs", ()):
        kind = output.get("output_type")
        if kind == "stream":
            texts.append(_joined(output.get("text", "")))
        elif kind == "error":
            texts.append(f"{output.get('ename', '')}: {output.get('evalue', '')}")
        else:
            texts.append(_joined(output.get("data", {}).get("text/plain", "")))
    return "\n".join(text.rstrip("\n") for text in texts)


def _pictures(cell: Mapping[str, Any] | None) -> list[str]:
    """Return the pictures among the outputs of a cell, as data URLs."""
    found: list[str] = []
    for output in (cell or {}).get("outputs", ()):
        for mime in _PICTURES:
            encoded = "".join(_joined(output.get("data", {}).get(mime, "")).split())
            if encoded and _is_base64(encoded):
                found.append(f"data:{mime};base64,{encoded}")
    return found


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _joined(text: object) -> str:
    if isinstance(text, list):
        return "".join(part for part in text if isinstance(part, str))  # type: ignore[misc]
    return text if isinstance(text, str) else ""
