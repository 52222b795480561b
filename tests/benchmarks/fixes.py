"""Make every fix of every rule on many notebooks, in memory, and check what becomes of the files.

    python tests/benchmarks/fixes.py TABLE FOLDER [--each 5] [--verbose]

TABLE and FOLDER name the notebooks (see corpus.py). Of each notebook, each fix is made alone (at
most `--each` of a rule in a notebook), then all safe ones together, then all. Afterwards

- the file is JSON, with the same members in the same order;
- outside of the lines of source that a fix says it changes, it is the same byte for byte;
- cells that were Python are Python;
- making all fixes once more changes nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from corpus import notebooks

from nb2prod.analysis.code_cell import CodeCell
from nb2prod.checking import check_file
from nb2prod.config import Config
from nb2prod.finding import Change, ClearOutputs, EditCell, RemoveCell
from nb2prod.fixing import fixed
from nb2prod.lint import Checker
from nb2prod.notebook import Cell, parse_notebook
from nb2prod.notebook_text import RewriteError, rewrite

CHECKER = Checker.of(Config(select=("ALL",)))
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def main() -> None:
    """Make the fixes, and print how many there were, and what went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=5, help="fixes of one rule in one notebook")
    parser.add_argument("--verbose", action="store_true", help="name the notebooks")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    wrong: list[str] = []
    for path in notebooks(options.table, options.folder):
        content = path.read_bytes()
        counts["notebooks"] += 1
        try:
            problems = list(_problems(path, content, options.each, counts, refused))
        except Exception as error:  # noqa: BLE001  an exception is what is looked for
            problems = [f"{type(error).__name__}: {error}"]
        wrong += [f"{path.relative_to(options.folder)}: {problem}" for problem in problems]
        if options.verbose and problems:
            print(*wrong[len(wrong) - len(problems) :], sep="\n", flush=True)
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}{f', {refused[name]} refused' if refused[name] else ''}")
    print(f"{len(wrong)} wrong")
    print(*wrong[:50], sep="\n")
    sys.exit(bool(wrong))


def _problems(
    path: Path, content: bytes, each: int, counts: Counter[str], refused: Counter[str]
) -> Iterator[str]:
    """Yield what is wrong with what the fixes make of a notebook."""
    checked, _ = check_file(path, CHECKER, None, content)
    made: Counter[str] = Counter()
    before = _Before.of(path, content) if path.suffix == ".ipynb" and checked.findings else None
    for finding in checked.findings:
        for fix in finding.fixes:
            made[finding.code] += 1
            if made[finding.code] > each:
                break
            name = f"{finding.code} {fix.safety}"
            counts[name] += 1
            try:
                new = rewrite(path, content, fix.changes)
            except RewriteError:
                refused[name] += 1
                continue
            assert before
            for problem in compare(before, new, fix.changes):
                yield f"{name} in cell {finding.cell}: {problem}"
    for allowed in ({"safe"}, {"safe", "unsafe"}):
        name = " and ".join(sorted(allowed))
        done = fixed(path, content, CHECKER, allowed)
        counts[f"all {name}: findings mended"] += done.mended
        counts[f"all {name}: notebooks changed"] += done.content != content
        yield from (f"all {name}: {p}" for p in _valid(path, content, done.content))
        again = fixed(path, done.content, CHECKER, allowed)
        if again.content != done.content:
            codes = {f.code for f in done.findings if any(x.safety in allowed for x in f.fixes)}
            yield f"all {name}: again, and it changes: {sorted(codes)}"


def _valid(path: Path, before: bytes, after: bytes) -> Iterator[str]:
    """Yield what is wrong with a file that many fixes have been made in."""
    if before == after:
        return
    try:
        old, new = json.loads(before), json.loads(after)
    except ValueError as error:
        yield f"not JSON: {error}"
        return
    if _shape(old) != _shape(new):
        yield "other members than before, or in another order"
    broken_before = sum(map(_is_broken, _code(path, before)))
    if sum(map(_is_broken, _code(path, after))) > broken_before:
        yield "a cell is not Python any more"


def _shape(notebook: dict[str, object]) -> object:
    return [(key, None if key == "cells" else value) for key, value in notebook.items()]


def _code(path: Path, content: bytes) -> Iterator[str]:
    yield from (cell.source for cell in parse_notebook(path, content).code_cells)


def _is_broken(source: str) -> bool:
    return CodeCell(source).summary.broken is not None


@dataclass(frozen=True)
class _Parts:
    """The text of a notebook, taken apart: what is around the cells, and each cell."""

    around: tuple[str, str]
    cells: list[str]


@dataclass(frozen=True)
class _Before:
    """A notebook as it was, taken apart once for all its fixes."""

    path: Path
    content: bytes
    parts: _Parts
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, path: Path, content: bytes) -> _Before | None:
        try:
            parts = _parts(content.decode("utf-8-sig"))
        except (ValueError, KeyError):
            return None  # format 3, or no notebook: nothing is mended in it
        return cls(path, content, parts, parse_notebook(path, content).cells)


def compare(before: _Before, after: bytes, changes: Sequence[Change]) -> Iterator[str]:
    """Yield what differs beyond what the changes say."""
    try:
        new = _parts(after.decode("utf-8-sig"))
    except (ValueError, KeyError) as error:
        yield f"not a notebook any more: {error}"
        return
    old = before.parts
    removed = {c.cell for c in changes if isinstance(c, RemoveCell)}
    edited = {c.cell for c in changes if isinstance(c, EditCell)}
    cleared = {c.cell for c in changes if isinstance(c, ClearOutputs)}
    if before.content[:3] != after[:3] or (old.around != new.around and len(new.cells)):
        yield "something around the cells has changed"
    left = [i for i in range(len(old.cells)) if i not in removed]
    if len(left) != len(new.cells):
        yield f"{len(new.cells)} cells, not {len(left)}"
        return
    for index, text in zip(left, new.cells, strict=True):
        was = old.cells[index]
        if index not in edited | cleared:
            if was != text:
                yield f"cell {index} has changed"
            continue
        free = {"source"} if index in edited else set[str]()
        free |= {"outputs", "execution_count"} if index in cleared else set[str]()
        if _without(was, free) != _without(text, free):
            yield f"cell {index} has changed, and not only its {', '.join(sorted(free))}"
        if index in edited:
            yield from (f"cell {index}: {problem}" for problem in _lines(was, text))
            yield from _python(before.cells[index], text)


def _python(was: Cell, text: str) -> Iterator[str]:
    """Yield whether a cell was Python and is none any more."""
    source = json.loads(text)["source"]
    source = source if isinstance(source, str) else "".join(source)
    if was.kind == "code" and not _is_broken(was.source) and _is_broken(source):
        yield f"cell {was.index} is not Python any more: {source[:300]!r}"


def _parts(text: str) -> _Parts:
    top = dict(_members(text, _skip(text, 0)))
    start, end = top["cells"]
    items = list(_items(text, start))
    if not items:
        return _Parts((text, ""), [])
    around = text[: items[0][0]], text[items[-1][1] :]
    assert end
    return _Parts(around, [text[a:b] for a, b in items])


def _without(cell: str, free: Iterable[str]) -> str:
    """Return a cell's text without the values of some members."""
    places = sorted((place for key, place in _members(cell, 0) if key in free), reverse=True)
    for start, end in places:
        cell = f"{cell[:start]}…{cell[end:]}"
    return cell


def _lines(before: str, after: str) -> Iterator[str]:
    """Yield which lines of a source are written otherwise, though they are the same lines."""
    old, new = (dict(_members(cell, 0)).get("source") for cell in (before, after))
    if not old or not new or before[old[0]] != "[" or after[new[0]] != "[":
        return
    was = [before[a:b] for a, b in _items(before, old[0])]
    now = [after[a:b] for a, b in _items(after, new[0])]
    plain = [[json.loads(line) for line in lines] for lines in (was, now)]
    for what, i, j, k, _ in SequenceMatcher(None, *plain, autojunk=False).get_opcodes():
        if what == "equal" and was[i:j] != now[k : k + j - i]:
            yield f"line {i + 1} is written otherwise"


def _members(text: str, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, end = _DECODER.raw_decode(text, at)
        start = _skip(text, _skip(text, end) + 1)
        _, end = _DECODER.raw_decode(text, start)
        yield str(key), (start, end)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _items(text: str, at: int) -> Iterator[tuple[int, int]]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


if __name__ == "__main__":
    main()
