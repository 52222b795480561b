"""Turn the flags of rules into findings, and move flags and findings to other cells."""

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
_MAX_EXCERPT = 400  # characters


def finding(
    rule: Rule,
    flag: Flag,
    severities: Severities,
    cell: int | None = None,
    lines: LineTable | None = None,
    code: CodeCell | None = None,
) -> Finding:
    """Return a flag of a rule as a finding.

    Args:
        rule: the rule.
        flag: the flag.
        severities: the configured severities, by rule code.
        cell: the index of its cell; None for the notebook as a whole, or a file that is not a
            notebook.
        lines: the lines of the cell or file; None for all of it.
        code: the parsed cell, if the flag is at a node of its syntax tree.
    """
    severity = severities.get(rule.code, rule.severity)
    fixes, related = tuple(flag.fixes), tuple(flag.related)
    if lines is None:
        return Finding(
            code=rule.code,
            name=rule.name,
            severity=severity,
            message=flag.message,
            fixes=fixes,
            related=related,
        )
    where = flag.where
    if isinstance(where, ast.AST):
        assert code, "only rules on cells flag nodes"
        where = code.span(where)
    span = where or Span(0, 0)
    line, column = lines.position(span.start)
    end_line, end_column = lines.position(span.end)
    excerpt = lines.source[lines.start(line) : lines.start(line + 1)].rstrip("\r\n")
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=severity,
        message=flag.message,
        cell=cell,
        start=span.start,
        end=span.end,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        excerpt=excerpt[:_MAX_EXCERPT],
        fixes=fixes,
        related=related,
    )


def moved(found: Finding, cell: int) -> Finding:
    """Return a finding in cell 0 as a finding in another cell."""
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
    """Return a flag moved along with an edit of the text; None if the edit touches its span."""
    span = flag.where
    if not isinstance(span, Span):
        return flag
    head = _common_prefix(old, new)
    if span.end <= head:
        return flag
    tail = _common_prefix(old[head:][::-1], new[head:][::-1])
    if span.start < len(old) - tail:
        return None
    shift = len(new) - len(old)
    return flag._replace(where=Span(span.start + shift, span.end + shift))


def _common_prefix(one: str, other: str) -> int:
    """Return how many characters two texts share at the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
