"""What of the findings somebody wants to hear: without those that the author suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from nb2prod.finding import Finding, Fix
from nb2prod.flags import Severities, finding
from nb2prod.rules import expand, find_rule
from nb2prod.rules.rule import Flag, Rule, fix, replace_in
from nb2prod.source import LineTable, Span
from nb2prod.suppression import ALL, Suppression, apply

UNUSED = "NBV008"


def heard(
    findings: Iterable[Finding], wishes: Sequence[Suppression]
) -> tuple[list[Finding], list[Suppression]]:
    """Return the findings that nobody asked to hold back, and the wishes with what each held."""
    own = [replace(wish, used=set()) for wish in wishes]
    return list(apply(findings, own, _meaning)), own


def unused(
    rules: Sequence[Rule], severities: Severities, wishes: Iterable[Suppression], source: str
) -> Iterator[Finding]:
    """Yield a finding for each wish that holds nothing back.

    Args:
        rules: the rules that are on.
        severities: how bad their findings are.
        wishes: those of one cell, or of the notebook as a whole.
        source: of the cell.
    """
    on = {rule.code for rule in rules}
    rule = next((rule for rule in rules if rule.code == UNUSED), None)
    for wish in wishes if rule else ():
        assert rule
        named = wish.selectors or ((ALL,) if wish.ours else ())
        ours = [s for s in named if wish.ours or _meaning(s)]
        idle = [s for s in ours if s not in wish.used and (_meaning(s) & on or not _meaning(s))]
        if not idle:
            continue
        said = "nothing is found here" if idle == [ALL] else ", ".join(idle)
        fixes: tuple[Fix, ...] = ()
        if wish.span and wish.cell is not None and len(idle) == len(named):
            gone = replace_in(wish.cell, _comment(source, wish.span), "")
            fixes = fix("Remove the comment", "safe", gone)
        flag = Flag(wish.span, f"this suppresses nothing: {said}", fixes)
        lines = None if wish.cell is None else LineTable(source)
        yield finding(rule, flag, severities, wish.cell, lines)


def _comment(source: str, span: Span) -> Span:
    """Widen the place of a comment to the blanks before it, and to its line if it is alone."""
    start = len(source[: span.start].rstrip(" \t"))
    alone = not start or source[start - 1] in "\r\n"
    end = span.end
    if alone and source[end : end + 1] == "\n":
        end += 1
    return Span(start, end)


def _meaning(selector: str) -> set[str]:
    if selector == ALL:
        return expand([ALL])
    rule = find_rule(selector)
    return {rule.code} if rule else set()
