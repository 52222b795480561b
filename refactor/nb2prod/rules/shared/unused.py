"""Names that a notebook binds but never reads."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nb2prod.rules.shared.markdown import exercise_cells
from nb2prod.rules.view import NotebookView

_LONG = 20_000  # characters of a cell; no person writes as many
_NEAR = 3  # lines


def can_tell_unused(view: NotebookView) -> bool:
    """Return whether every read of a name is visible in the notebook.

    The code that a reader writes into the empty cells of an exercise may read any name.
    """
    return view.complete and not view.fact(_exports) and not view.fact(_has_exercises)


def is_unused(view: NotebookView, name: str) -> bool:
    """Return whether a name is bound and never read, if `can_tell_unused`; a fact.

    A name that occurs anywhere else in the text, as in a query or a cell in another language, may
    be read there.
    """
    index = view.occurrences
    if name.startswith("_") or name in index.reads or name in index.deletes:
        return False
    summaries = [view.summaries[cell] for cell in index.binders.get(name, ())]
    if any(name in magic.binds for summary in summaries for magic in summary.magics):
        return False
    if name not in index.bound_otherwise:
        return False
    return not _mentioned(name, [_around(name, text) for text in index.texts_with(name)])


def _exports(view: NotebookView, _: str) -> bool:
    return bool(view.occurrences.exporting)


def _has_exercises(view: NotebookView, _: str) -> bool:
    return bool(view.occurrences.blank) and bool(exercise_cells(view.cells))


def _mentioned(name: str, texts: list[str]) -> bool:
    """Return whether a name occurs anywhere but where it is bound or means something else."""
    if sum(_count(name, text) for text in texts) == 1:
        return False  # the common case, and by far the cheapest
    text = "\n".join(texts)
    other = re.compile(rf"(?<![.\w]){re.escape(name)}\b(?!\s*(?:=(?!=)|:[^=\n]*=))")
    places = len(other.findall(text))
    defined = len(re.findall(rf"\b(?:def|class)\s+{re.escape(name)}\b", text))
    loops = len(re.findall(rf"\b(?:for|as)\s+{re.escape(name)}\b", text))
    targets = len(re.findall(rf"^[ \t]*(?:[\w.]+,\s*)+{re.escape(name)}\b", text, re.MULTILINE))
    return places > defined + loops + targets


def _around(name: str, text: str) -> str:
    """Return a text; of a very long one, the lines with a name and those near them."""
    if len(text) < _LONG:
        return text
    lines, places = _words_by_line(text)
    near = {n for at in places.get(name, ()) for n in range(at - _NEAR, at + _NEAR + 1)}
    return "\n".join(lines[n] for n in sorted(near) if 0 <= n < len(lines))


@lru_cache(maxsize=8)
def _words_by_line(text: str) -> tuple[Sequence[str], Mapping[str, Sequence[int]]]:
    lines = text.split("\n")
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        for word in set(re.findall(r"\w+", line)):
            places.setdefault(word, []).append(number)
    return lines, places


def _count(name: str, text: str) -> int:
    """Count the occurrences of a name in a text as a whole word."""
    count, at = 0, text.find(name)
    while at >= 0:
        end = at + len(name)
        around = text[at - 1 : at] + text[end : end + 1]
        count += not any(c.isalnum() or c == "_" for c in around)
        at = text.find(name, end)
    return count
