"""Suppression comments, tags and metadata: reading them, applying them, reporting unused ones.

    x = eval(text)  # noqa: NBP001      this line, these rules; without a code, all rules
    # nb2prod: ignore[NBP001]           this cell, these rules; without brackets, all rules

A cell's tag `nb2prod:ignore` or `nb2prod:ignore=NBP001,NBX001` suppresses the same in the cell, and
`"nb2prod": {"ignore": ["NBX001"]}` in the metadata of a cell or the notebook in all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from nb2prod.finding import Finding, Fix
from nb2prod.ipython.tokens import comments
from nb2prod.lint.flags import Severities, finding
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.rules.registry import expand, find_rule
from nb2prod.rules.rule import Flag, Rule, fix, replace_in
from nb2prod.text.spans import LineTable, Span

ALL = "ALL"
_LINE = re.compile(
    r"#\s*noqa\b(?P<all>(?!\s*:))?(?::\s*(?P<codes>[\w-]+(?:[,\s]+[A-Z][\w-]*)*))?", re.IGNORECASE
)
_CELL = re.compile(r"#\s*nb2prod:\s*ignore(?:\[(?P<codes>[^\]\r\n]*)\])?")
_TAG = re.compile(r"nb2prod[:-](?:ignore|skip)(?:[=:-](?P<codes>.+))?", re.IGNORECASE)


class Suppression(msgspec.Struct):
    """One suppression, as the author wrote it.

    Attributes:
        selectors: the rules it names, as written; empty for all rules.
        cell: the cell it applies to; None for the whole notebook.
        lines: the lines of the cell it applies to; None for the whole cell.
        span: the span of the comment in the cell; None for a tag or metadata.
        ours: it can only be meant for nb2prod, so it is reported if it is unused.
        used: the selectors that suppressed a finding.
    """

    selectors: tuple[str, ...]
    cell: int | None
    lines: range | None = None
    span: Span | None = None
    ours: bool = True
    used: set[str] = msgspec.field(default_factory=set[str])


def codes_of(selector: str) -> set[str]:
    """Return the codes of the rules that a selector names; empty if it names none of ours."""
    if selector == ALL:
        return expand([ALL])
    rule = find_rule(selector)
    return {rule.code} if rule else set()


def suppressions_of_notebook(notebook: Notebook) -> Iterator[Suppression]:
    """Yield the suppressions of a notebook as a whole."""
    yield from _metadata(notebook.metadata, None)


def suppressions_of_cell(cell: Cell) -> Iterator[Suppression]:
    """Yield the suppressions in a cell's metadata, tags and comments."""
    yield from _metadata(cell.metadata, cell.index)
    for tag in cell.tags:
        if match := _TAG.fullmatch(tag):
            yield Suppression(_codes(match["codes"]), cell.index)
    if cell.kind == "code" and ("nb2prod" in cell.source or "noqa" in cell.source.lower()):
        yield from _comments(cell)


def apply_suppressions(
    findings: Iterable[Finding],
    suppressions: Iterable[Suppression],
    meaning: Callable[[str], set[str]] = codes_of,
) -> tuple[list[Finding], list[Suppression]]:
    """Return the findings that are not suppressed, and copies of the suppressions with their uses.

    Args:
        findings: the findings of some cells, or of the notebook.
        suppressions: the suppressions that apply there; they are not changed.
        meaning: returns the codes that a selector names.
    """
    applied = [replace(suppression, used=set()) for suppression in suppressions]
    places: dict[tuple[int | None, int | None, str], list[tuple[Suppression, str]]] = {}
    for suppression in applied:
        for selector in suppression.selectors or (ALL,):
            for line in suppression.lines or (None,):
                for code in meaning(selector):
                    place = suppression.cell, line, code
                    places.setdefault(place, []).append((suppression, selector))
    left: list[Finding] = []
    for found in findings:
        suppressed = False
        for cell, line in product({found.cell, None}, {found.line, None}):
            place = cell, line, found.code
            if place in places:
                for suppression, selector in places[place]:
                    suppression.used.add(selector)
                places[place] = []  # their uses are noted
                suppressed = True
        if not suppressed:
            left.append(found)
    return left, applied


def unused_suppressions(
    rules: Sequence[Rule], severities: Severities, suppressions: Iterable[Suppression], source: str
) -> Iterator[Finding]:
    """Yield a finding for each unused suppression.

    Args:
        rules: the rules that are on.
        severities: the configured severities of their findings.
        suppressions: those of one cell, or of the notebook as a whole, after `apply_suppressions`.
        source: the source of the cell.
    """
    on = {rule.code for rule in rules}
    rule = next((rule for rule in rules if "unused-suppression" in rule.tags), None)
    if rule is None:
        return
    lines = LineTable(source)
    for suppression in suppressions:
        named = suppression.selectors or ((ALL,) if suppression.ours else ())
        ours = [s for s in named if suppression.ours or codes_of(s)]
        unused = [
            s for s in ours if s not in suppression.used and (codes_of(s) & on or not codes_of(s))
        ]
        if not unused:
            continue
        selectors = "" if unused == [ALL] else f" of {', '.join(unused)}"
        message = f"unused suppression{selectors}; delete it"
        fixes: tuple[Fix, ...] = ()
        if suppression.span and suppression.cell is not None and len(unused) == len(named):
            removal = replace_in(suppression.cell, _comment(source, suppression.span), "")
            fixes = fix("Remove the comment", "safe", removal)
        flag = Flag(suppression.span, message, fixes)
        in_cell = None if suppression.cell is None else lines
        yield finding(rule, flag, severities, suppression.cell, in_cell)


def suppresses(line: str, names: Collection[str]) -> bool:
    """Return whether a comment on a line of a file that is not a notebook suppresses a rule.

    Args:
        line: a line in any language whose comments begin with `#`.
        names: the rule's code, name and aliases, in lower case.
    """
    if match := _CELL.search(line):
        codes = _codes(match["codes"])
        return not codes or any(code.casefold() in names for code in codes)
    match = _LINE.search(line)
    # A bare `noqa` is meant for Python's linters.
    return bool(match) and any(code.casefold() in names for code in _codes(match["codes"]))


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


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(re.findall(r"[\w-]+", text or ""))


def _comment(source: str, span: Span) -> Span:
    """Widen a comment's span to the blanks before it, and to its line if it stands alone."""
    start = len(source[: span.start].rstrip(" \t"))
    alone = not start or source[start - 1] in "\r\n"
    end = span.end
    if alone and source[end : end + 1] == "\n":
        end += 1
    return Span(start, end)
