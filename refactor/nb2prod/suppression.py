"""What the author of a notebook does not want to hear: comments, tags and metadata.

    x = eval(text)  # noqa: NBP001      this line, these rules; without a code, all rules
    # nb2prod: ignore[NBP001]           this cell, these rules; without brackets, all rules

A cell's tag `nb2prod:ignore` or `nb2prod:ignore=NBP001,NBX001` says the same of the cell, and
`"nb2prod": {"ignore": ["NBX001"]}` in the metadata of a cell or of the notebook of what it is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

from nb2prod.finding import Finding
from nb2prod.ipython import comments
from nb2prod.notebook import Cell, Notebook
from nb2prod.source import LineTable, Span

ALL = "ALL"
_LINE = re.compile(
    r"#\s*noqa\b(?P<all>(?!\s*:))?(?::\s*(?P<codes>[\w-]+(?:[,\s]+[A-Z][\w-]*)*))?", re.IGNORECASE
)
_CELL = re.compile(r"#\s*nb2prod:\s*ignore(?:\[(?P<codes>[^\]\r\n]*)\])?")
_TAG = re.compile(r"nb2prod[:-](?:ignore|skip)(?:[=:-](?P<codes>.+))?", re.IGNORECASE)


class Suppression(msgspec.Struct):
    """One wish not to hear of something.

    Attributes:
        selectors: what it names, as written; empty for all rules.
        cell: where it holds; None for the whole notebook.
        lines: the lines of the cell it holds for; None for the whole cell.
        span: where it is written in the cell, if it is a comment.
        ours: it can only be meant for nb2prod, so that it should do something.
        used: the selectors that held something back.
    """

    selectors: tuple[str, ...]
    cell: int | None
    lines: range | None = None
    span: Span | None = None
    ours: bool = True
    used: set[str] = msgspec.field(default_factory=set[str])


Meaning = Callable[[str], "set[str]"]


def apply(
    findings: Iterable[Finding], suppressions: list[Suppression], meaning: Meaning
) -> Iterator[Finding]:
    """Yield the findings that nobody asked to hold back, and note which wishes were used.

    `meaning` gives the codes that a selector stands for, none for what is no rule of ours.
    """
    by_cell: dict[int | None, list[tuple[Suppression, dict[str, set[str]]]]] = {}
    for wish in suppressions:
        codes = {s: meaning(s) for s in wish.selectors or (ALL,)}
        by_cell.setdefault(wish.cell, []).append((wish, codes))
    for finding in findings:
        held = False
        for place in {finding.cell, None}:
            for wish, codes in by_cell.get(place, ()):
                if wish.lines is not None and finding.line not in wish.lines:
                    continue
                for selector, meant in codes.items():
                    if finding.code in meant:
                        wish.used.add(selector)
                        held = True
        if not held:
            yield finding


def of_notebook(notebook: Notebook) -> Iterator[Suppression]:
    """Yield the wishes for a notebook as a whole."""
    yield from _metadata(notebook.metadata, None)


def find_suppressions(cell: Cell) -> Iterator[Suppression]:
    """Yield the wishes that a cell holds."""
    yield from _metadata(cell.metadata, cell.index)
    for tag in cell.tags:
        if match := _TAG.fullmatch(tag):
            yield Suppression(_codes(match["codes"]), cell.index)
    if cell.kind == "code" and ("nb2prod" in cell.source or "noqa" in cell.source.lower()):
        yield from _comments(cell)


def _comments(cell: Cell) -> Iterator[Suppression]:
    lines = LineTable(cell.source)
    for comment in comments(cell.source):
        text = comment.text(cell.source)
        for match in _CELL.finditer(text):
            span = Span(comment.start + match.start(), comment.start + match.end())
            yield Suppression(_codes(match["codes"]), cell.index, None, span)
        if match := _LINE.search(text):
            span = Span(comment.start + match.start(), comment.start + match.end())
            line = lines.position(span.start)[0]
            codes = _codes(match["codes"])
            yield Suppression(codes, cell.index, range(line, line + 1), span, ours=False)


def _metadata(metadata: Mapping[str, Any], cell: int | None) -> Iterator[Suppression]:
    ours: object = metadata.get("nb2prod")
    ignored = cast("dict[str, object]", ours).get("ignore") if isinstance(ours, dict) else None
    if ignored is True:
        yield Suppression((), cell)
    elif isinstance(ignored, list) and ignored:
        items = cast("list[object]", ignored)
        yield Suppression(tuple(item for item in items if isinstance(item, str)), cell)


def asks_for_silence(line: str, names: Collection[str]) -> bool:
    """Say whether a comment in a line of a file that is no notebook holds a rule's findings back.

    Args:
        line: of any language whose comments begin with `#`.
        names: what the rule is called, in lower case.
    """
    if match := _CELL.search(line):
        codes = _codes(match["codes"])
        return not codes or any(code.casefold() in names for code in codes)
    match = _LINE.search(line)
    # A bare `noqa` is meant for Python's linters.
    return bool(match) and any(code.casefold() in names for code in _codes(match["codes"]))


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(re.findall(r"[\w-]+", text or ""))
