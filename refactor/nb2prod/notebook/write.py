"""Write changes back to the file of a notebook.

Everything that is not changed stays the same byte for byte: outputs, metadata, the order of keys,
indentation, ids, line endings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from nb2prod.notebook.changes import CellChange, EditCell, RemoveCell, SplitCell
from nb2prod.notebook.json_edits import JsonError, json_edits
from nb2prod.notebook.model import Notebook
from nb2prod.notebook.percent import ScriptCell, is_percent, read_percent
from nb2prod.notebook.read import parse_notebook
from nb2prod.text.spans import Edit, LineTable, Span, apply_edits

_MAGIC = re.compile(r"\s*(?:%{1,2}[A-Za-z_]|![^\s=]|\?[A-Za-z_])")
_BOM = b"\xef\xbb\xbf"


class RewriteError(Exception):
    """A file cannot be changed in place; the message says why, in one sentence."""


def rewrite(path: Path, content: bytes, changes: Sequence[CellChange]) -> bytes:
    """Return the content of a notebook file with changes applied.

    Raises:
        RewriteError: files of this kind cannot be changed.
        NotebookError: the content is not a notebook.
    """
    before = parse_notebook(path, content)
    bom = _BOM if content.startswith(_BOM) else b""
    try:
        text = content[len(bom) :].decode("utf-8")
    except UnicodeDecodeError as error:
        raise RewriteError(f"{path}: not UTF-8 text, at byte {error.start}") from None
    sources = _sources(before, changes)
    if path.suffix.lower() == ".py" and is_percent(text):
        edits = _script_edits(text, sources, changes)
    elif path.suffix.lower() in {".py", ".md"}:
        raise RewriteError(f"{path}: only .ipynb files and scripts with `# %%` can be changed")
    else:
        edits = json_edits(text, sources, changes)
    try:
        new = bom + apply_edits(text, edits).encode("utf-8")
    except (JsonError, ValueError) as error:
        raise RewriteError(f"{path}: {error}") from None
    removed = {change.cell for change in changes if isinstance(change, RemoveCell)}
    places = {change.cell: change.at for change in changes if isinstance(change, SplitCell)}
    expected = [
        part
        for cell in before.cells
        if cell.index not in removed
        for part in _parts(sources.get(cell.index, cell.source), places.get(cell.index, ()))
    ]
    if [cell.source for cell in parse_notebook(path, new).cells] != expected:
        raise RewriteError(f"{path}: cannot be written back without loss")
    return new


def _parts(source: str, places: Sequence[int]) -> Iterator[str]:
    """Yield the parts of a cell that is split; only the last keeps a newline at its end."""
    for start, end in zip((0, *places), places, strict=False):
        yield source[start:end].rstrip("\n")
    yield source[places[-1] if places else 0 :]


def _sources(notebook: Notebook, changes: Iterable[CellChange]) -> Mapping[int, str]:
    """Return the new source of each cell that is edited."""
    edits: dict[int, list[Edit]] = {}
    for change in changes:
        if isinstance(change, EditCell):
            edits.setdefault(change.cell, []).append(change.edit)
    return {cell: apply_edits(notebook.cells[cell].source, made) for cell, made in edits.items()}


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
        raise RewriteError("only code cells of a script can be changed")
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
