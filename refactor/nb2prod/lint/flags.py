"""From what a rule flags to findings."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import msgspec

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.finding import Finding, Fix, Severity
from nb2prod.notebook.changes import Change, EditFile
from nb2prod.rules.rule import Flag, Rule
from nb2prod.text.spans import LineTable, Span

Severities = Mapping[str, Severity]
_EXCERPT = 400


def finding(
    rule: Rule,
    flag: Flag,
    severities: Severities,
    cell: int | None = None,
    lines: LineTable | None = None,
    code: CodeCell | None = None,
) -> Finding:
    """Return what a rule has flagged as a finding.

    Args:
        rule: the rule.
        flag: what it has flagged.
        severities: how bad the findings of rules are, where that is configured.
        cell: the cell it is in; None for the notebook as a whole, or a file that is no notebook.
        lines: the lines of the cell or file; None for all of it.
        code: the cell as the rule has read it, if places are nodes of its syntax tree.
    """
    severity = severities.get(rule.code, rule.severity)
    fixes, related = tuple(flag.fixes), tuple(flag.related)
    if lines is None:
        return Finding(rule.code, rule.name, severity, flag.message, fixes=fixes, related=related)
    where = flag.where
    if isinstance(where, ast.AST):
        assert code, "only rules on cells have nodes"
        where = code.span(where)
    span = where or Span(0, 0)
    line, column = lines.position(span.start)
    end_line, end_column = lines.position(span.end)
    excerpt = lines.source[lines.start(line) : lines.start(line + 1)].rstrip("\r\n")
    return Finding(
        rule.code,
        rule.name,
        severity,
        flag.message,
        cell,
        span.start,
        span.end,
        line,
        column,
        end_line,
        end_column,
        excerpt[:_EXCERPT],
        fixes,
        related,
    )


def moved(found: Finding, cell: int) -> Finding:
    """Return a finding in cell 0 as one in another cell."""
    if not cell:
        return found
    fixes = tuple(
        Fix(f.title, f.safety, tuple(_moved(c, cell) for c in f.changes)) for f in found.fixes
    )
    return msgspec.structs.replace(found, cell=cell, fixes=fixes)


def _moved(change: Change, cell: int) -> Change:
    if isinstance(change, EditFile):
        return change
    return msgspec.structs.replace(change, cell=cell)


def followed(flag: Flag, old: str, new: str) -> Flag | None:
    """Return a flag after an edit of the text around it; None if what it is on was edited."""
    span = flag.where
    if not isinstance(span, Span):
        return flag
    same = _alike(old, new)
    if span.end <= same:
        return flag
    tail = _alike(old[same:][::-1], new[same:][::-1])
    if span.start < len(old) - tail:
        return None
    shift = len(new) - len(old)
    return flag._replace(where=Span(span.start + shift, span.end + shift))


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
