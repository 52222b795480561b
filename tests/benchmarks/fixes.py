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
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from corpus import notebooks

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.lint.fix import fixed
from nb2prod.notebook.changes import (
    CellChange,
    ClearOutputs,
    DropMetadata,
    EditCell,
    EditFile,
    RedactOutputs,
    RemoveCell,
    SetMember,
    SplitCell,
)
from nb2prod.notebook.model import Cell, NotebookError
from nb2prod.notebook.read import parse_notebook
from nb2prod.notebook.write import RewriteError, rewrite
from nb2prod.text.json_spans import JsonValue, items_at, members_at, object_at, skip_blanks

CHECKER = RuleSet.of(Config(select=("ALL",)))


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
            parse_notebook(path, content)
        except NotebookError:
            counts["notebooks that are not read: another language, or no JSON"] += 1
            continue
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
            inside = [change for change in fix.changes if not isinstance(change, EditFile)]
            for problem in compare(before, new, inside):
                yield f"{name} in cell {finding.cell}: {problem}"
    for allowed in ({"safe"}, {"safe", "unsafe"}):
        name = " and ".join(sorted(allowed))
        done = fixed(path, content, CHECKER, allowed)
        counts[f"all {name}: findings fixed"] += done.fixed
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
    free = {"cells", "metadata"}
    return [(key, None if key in free else value) for key, value in notebook.items()]


def _code(path: Path, content: bytes) -> Iterator[str]:
    yield from (cell.source for cell in parse_notebook(path, content).code_cells)


def _is_broken(source: str) -> bool:
    return CodeCell(source).summary.broken is not None


@dataclass(frozen=True)
class _Parts:
    """The text of a notebook, taken apart: what is around the cells, and each cell."""

    text: str
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
            return None  # format 3, or no notebook: nothing is fixed in it
        return cls(path, content, parts, parse_notebook(path, content).cells)


def compare(before: _Before, after: bytes, changes: Sequence[CellChange]) -> Iterator[str]:
    """Yield what differs beyond what the changes say."""
    try:
        new = _parts(after.decode("utf-8-sig"))
    except (ValueError, KeyError) as error:
        yield f"not a notebook any more: {error}"
        return
    if before.content[:3] != after[:3] or not _same_around(before.parts, new, changes):
        yield "something around the cells has changed"
    by_cell: dict[int | None, list[CellChange]] = {}
    for change in changes:
        by_cell.setdefault(change.cell, []).append(change)
    at = 0
    for index, was in enumerate(before.parts.cells):
        made = by_cell.get(index, [])
        if any(isinstance(change, RemoveCell) for change in made):
            continue
        more = sum(len(change.at) for change in made if isinstance(change, SplitCell))
        texts = new.cells[at : at + more + 1]
        at += more + 1
        if len(texts) != more + 1:
            break
        if not made and was != texts[0]:
            yield f"cell {index} has changed"
        elif made:
            yield from _compare_cell(before.cells[index], was, texts, made)
    if at != len(new.cells):
        yield f"{len(new.cells)} cells, not {at}"


def _same_around(old: _Parts, new: _Parts, changes: Sequence[CellChange]) -> bool:
    names = [change.name for change in changes if isinstance(change, SetMember)]
    dropped = [c.names for c in changes if isinstance(c, DropMetadata) and c.cell is None]
    free = {"cells", "metadata"}
    if dropped:
        return _members(old.text, 0, free) == _members(new.text, 0, free) and _metadata(
            old.text, dropped[0]
        ) == _metadata(new.text)
    if not names or all(change.cell is not None for change in changes):
        return old.around == new.around or not new.cells
    metadata = [object_at(text, 0)["metadata"].span for text in (old.text, new.text)]
    return _members(old.text, 0, free) == _members(new.text, 0, free) and _members(
        old.text, metadata[0].start, names
    ) == _members(new.text, metadata[1].start, names)


def _compare_cell(
    was: Cell, old: str, texts: Sequence[str], made: Sequence[CellChange]
) -> Iterator[str]:
    """Yield what is wrong with what became of one cell: the last of `texts` keeps its outputs."""
    free = {change.name for change in made if isinstance(change, SetMember)}
    for change in made:
        if isinstance(change, ClearOutputs):
            free |= {"outputs", "execution_count"}
        elif isinstance(change, RedactOutputs):
            free.add("outputs")
        elif isinstance(change, DropMetadata):
            free.add("metadata")
            if _metadata(old, change.names) != _metadata(texts[-1]):
                yield f"cell {was.index}: other metadata is gone, too"
        elif isinstance(change, (EditCell, SplitCell)):
            free.add("source")
    if _members(old, 0, free) != _members(texts[-1], 0, free):
        yield f"cell {was.index} has changed, and not only its {', '.join(sorted(free))}"
    if _without(old, free) != _without(texts[-1], free) and not any(
        isinstance(change, SetMember) for change in made
    ):
        yield f"cell {was.index} has changed, and not only its {', '.join(sorted(free))}"
    sources = [_source(text) for text in texts]
    if len(texts) > 1 and "".join("".join(sources).split()) != "".join(was.source.split()):
        yield f"cell {was.index}: the parts are not the whole"
    if len(texts) == 1:
        yield from (f"cell {was.index}: {problem}" for problem in _lines(old, texts[0]))
    for source in sources:
        if was.kind == "code" and not _is_broken(was.source) and _is_broken(source):
            yield f"cell {was.index} is not Python any more: {source[:300]!r}"


def _metadata(text: str, but: Sequence[Sequence[str]] = ()) -> list[str]:
    """Return the members of the metadata of a notebook or cell, in order, without some."""
    metadata = json.loads(text)["metadata"]
    for *outer, name in but:
        inner = metadata
        for key in outer:
            inner = inner[key]
        del inner[name]
    return [json.dumps(member) for member in metadata.items()]


def _source(cell: str) -> str:
    source = json.loads(cell)["source"]
    return source if isinstance(source, str) else "".join(source)


def _parts(text: str) -> _Parts:
    items = list(items_at(text, object_at(text, skip_blanks(text, 0))["cells"].span.start))
    if not items:
        return _Parts(text, (text, ""), [])
    around = text[: items[0].span.start], text[items[-1].span.end :]
    return _Parts(text, around, [text[i.span.start : i.span.end] for i in items])


def _members(text: str, at: int, but: Collection[str]) -> list[tuple[object, str]]:
    """Return the members of an object as they are written, without some."""
    return [
        (key.data, text[value.span.start : value.span.end])
        for key, value in members_at(text, skip_blanks(text, at))
        if key.data not in but
    ]


def _without(cell: str, free: Collection[str]) -> str:
    """Return a cell's text without the values of some members."""
    for key, value in reversed(list(members_at(cell, 0))):
        if key.data in free:
            cell = f"{cell[: value.span.start]}…{cell[value.span.end :]}"
    return cell


def _lines(before: str, after: str) -> Iterator[str]:
    """Yield which lines of a source are written otherwise, though they are the same lines."""
    sources = [(text, object_at(text, 0).get("source")) for text in (before, after)]
    lines: list[list[JsonValue]] = []
    for text, source in sources:
        if source is None or not isinstance(source.data, list):
            return
        lines.append(list(items_at(text, source.span.start)))
    plain = [[line.data for line in each] for each in lines]
    was, now = (
        [text[line.span.start : line.span.end] for line in each]
        for text, each in zip((before, after), lines, strict=True)
    )
    for what, i, j, k, _ in SequenceMatcher(None, *plain, autojunk=False).get_opcodes():
        if what == "equal" and was[i:j] != now[k : k + j - i]:
            yield f"line {i + 1} is written otherwise"


if __name__ == "__main__":
    main()
