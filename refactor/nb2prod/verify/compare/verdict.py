"""Verdicts: one line on whether notebook and project compute the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nb2prod.verify.compare.comparison import Comparison
from nb2prod.verify.runs.notebook import Failure

_NAMED = 5  # names in a verdict; the proof file has all of them


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a comparison as a word, and as a line of text."""

    kind: Literal["equal", "differs", "unknown"]
    text: str


def verdict_of_failure(failure: Failure) -> Verdict:
    """Return the verdict on a notebook that fails itself."""
    cell = failure.cell + 1
    if failure.timed_out:
        return Verdict("unknown", f"unverified: the time limit was reached in cell {cell}")
    return Verdict("unknown", f"unverified: the notebook fails in cell {cell}: {failure}")


def verdict_of(comparison: Comparison) -> Verdict:
    """Return the verdict on a comparison."""
    if difference := comparison.difference:
        if difference.timed_out:
            return Verdict("unknown", "unverified: the time limit was reached")
        return Verdict("differs", f"differs: {difference}")
    if comparison.unobserved:
        reasons = _listed([f"{n} ({why})" for n, why in comparison.unobserved.items()])
        return Verdict("unknown", f"unverified: can't compare {reasons}")
    if not (comparison.equal or comparison.shown or comparison.equal_files):
        return Verdict("unknown", "unverified: the notebook has nothing that can be compared")
    text = "verified"
    names = [label.rpartition(".")[2] for label in comparison.varying]
    if varying := [*names, *comparison.varying_files, *comparison.varying_lines]:
        verb = "differs" if len(varying) == 1 else "differ"
        text += f" up to {_listed(varying)}, which {verb} from run to run"
    if reservations := list(_reservations(comparison)):
        text += f", but {'; '.join(reservations)}"
    return Verdict("equal", text)


def _reservations(comparison: Comparison) -> Iterator[str]:
    if comparison.skipped:
        yield f"{_listed([*comparison.skipped])} can't be compared"


def _listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - _NAMED
    return ", ".join(distinct[:_NAMED]) + (f" and {more} more" if more > 0 else "")
