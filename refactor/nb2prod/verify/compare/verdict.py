"""The verdict: does the project compute what the notebook computed, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nb2prod.verify.compare.comparison import Comparison
from nb2prod.verify.runs.notebook import Failure

_NAMED = 5  # names that a line holds; the proof file has all
_LINE = 60  # characters of a printed line


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two things are equal, and what is to be said of it, in one line."""

    kind: Literal["equal", "differs", "unknown"]
    text: str


def verdict_of_failure(failure: Failure) -> Verdict:
    """Return the verdict where the notebook itself did not come to its end."""
    cell = failure.cell + 1
    if failure.timed_out:
        return Verdict("unknown", f"unverified: the time limit was reached in cell {cell}")
    return Verdict("unknown", f"unverified: the notebook fails in cell {cell}: {failure}")


def verdict_of(comparison: Comparison) -> Verdict:
    """Return the verdict on what was compared."""
    if difference := comparison.difference:
        if difference.timed_out:
            return Verdict("unknown", "unverified: the time limit was reached")
        return Verdict("differs", f"differs: {difference}")
    if comparison.gone:
        reasons = _listed([f"{n} ({why})" for n, why in comparison.gone.items()])
        return Verdict("unknown", f"unverified: can't be compared: {reasons}")
    if not (comparison.equal or comparison.printed or comparison.files):
        return Verdict("unknown", "unverified: there is nothing that can be compared")
    text = "verified"
    if comparison.unsteady:
        differ = "differs" if len(comparison.unsteady) == 1 else "differ"
        names = _listed([n.rpartition(".")[2] for n in comparison.unsteady])
        text += f" up to {names}, which {differ} from run to run"
    if buts := list(_buts(comparison)):
        text += f", but {'; '.join(buts)}"
    return Verdict("equal", text)


def _buts(comparison: Comparison) -> Iterator[str]:
    if comparison.skipped:
        yield f"{_listed([*comparison.skipped])} can't be compared"
    if comparison.lost_files:
        number = len(comparison.lost_files)
        yield f"{_are(number, 'file')} not written: {_listed(comparison.lost_files)}"
    if comparison.lost_lines:
        number = len(comparison.lost_lines)
        lines = [repr(" ".join(line.split())[:_LINE]) for line in comparison.lost_lines]
        yield f"{_are(number, 'printed line')} missing: {_listed(lines)}"


def _are(number: int, thing: str) -> str:
    return f"{number} {thing} is" if number == 1 else f"{number} {thing}s are"


def _listed(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    more = len(different) - _NAMED
    return ", ".join(different[:_NAMED]) + (f" and {more} more" if more > 0 else "")
