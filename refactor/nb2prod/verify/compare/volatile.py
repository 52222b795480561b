"""Parts of a printed line that no two runs share: times, addresses, progress, the order of sets.

A line is only looked at here after a second run of the notebook has printed it differently.
"""

from __future__ import annotations

import re

_NUMBER = r"\d[\d,_]*(?:\.\d+)?(?:e[-+]?\d+)?"
_UNIT = r"(?:ns|[µu]s|ms|s|sec|secs|seconds?|min|mins|minutes?|h|hours?)"
_SPENT = r"(?:took|elapsed|time|duration)"
# Name of a rule -> the text that it takes out of a line.
RULES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "duration": rf"{_NUMBER}\s*{_UNIT}\b(?:/\w+)?|\b{_SPENT}\b\W{{0,3}}{_NUMBER}",
        "date": r"\b\d{4}-\d\d-\d\d\b",
        "time": r"\b\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\b|\b1[5-9]\d{8}\.?\d*",
        "address": r"\b(?:0x[0-9a-f]{6,}|\d{14,16})\b",
        "progress bar": r"\d+%\|[^|]*\||\[[=>.\s-]{4,}\]|\d+(?:\.\d+)?\s?(?:it|B|kB|MB)/s",
        "temporary path": r"/(?:tmp|var/folders)/[^\s'\",)]+",
    }.items()
}
_TOKENS = re.compile(r"[^\s,{}()\[\]]+")


def rule_for(one: str, other: str) -> str | None:
    """Return the rule by which two lines are the same but for chance; None if none says so."""
    if sorted(_TOKENS.findall(one)) == sorted(_TOKENS.findall(other)):
        return "order of a set"
    for name, pattern in RULES.items():
        if pattern.sub("", one) == pattern.sub("", other):
            return name
    for pattern in RULES.values():
        one, other = pattern.sub("", one), pattern.sub("", other)
    return "several" if one == other else None
