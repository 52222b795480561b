"""Which names a notebook binds in vain, for the rules on it."""

import re

from nb2prod.rules.shared.markdown import left_to_reader
from nb2prod.rules.view import NotebookView


def may_be_vain(view: NotebookView) -> bool:
    """Say whether all that reads names is seen, and nobody else reads them.

    The code with which a reader is asked to fill empty cells may read any.
    """
    return view.complete and not view.fact(_exports) and not view.fact(_left)


def vain(view: NotebookView, name: str) -> bool:
    """Say whether a name is bound and never read, if `may_be_vain`; a fact.

    A name that stands anywhere else in the text, in a query or a cell of another language, may be
    read there.
    """
    index = view.occurrences
    if name.startswith("_") or name in index.reads or name in index.deletes:
        return False
    summaries = [view.summaries[cell] for cell in index.binders.get(name, ())]
    if any(name in magic.binds for summary in summaries for magic in summary.magics):
        return False
    if all(b.kind == "import" for s in summaries for b in s.binds if b.name == name):
        return False
    return not _mentioned(name, index.texts_with(name))


def _exports(view: NotebookView, _: str) -> bool:
    return bool(view.occurrences.exporting)


def _left(view: NotebookView, _: str) -> bool:
    return bool(view.occurrences.blank) and bool(left_to_reader(view.cells))


def _mentioned(name: str, texts: list[str]) -> bool:
    """Say whether a name stands anywhere but where it is bound, or names something else."""
    if sum(_stands(name, text) for text in texts) == 1:
        return False  # the usual case, and by far the cheapest
    text = "\n".join(texts)
    other = re.compile(rf"(?<![.\w]){re.escape(name)}\b(?!\s*(?:=(?!=)|:[^=\n]*=))")
    places = len(other.findall(text))
    defined = len(re.findall(rf"\b(?:def|class)\s+{re.escape(name)}\b", text))
    loops = len(re.findall(rf"\b(?:for|as)\s+{re.escape(name)}\b", text))
    targets = len(re.findall(rf"^[ \t]*(?:[\w.]+,\s*)+{re.escape(name)}\b", text, re.MULTILINE))
    return places > defined + loops + targets


def _stands(name: str, text: str) -> int:
    """Return how often a name stands in a text, as a word of its own."""
    count, at = 0, text.find(name)
    while at >= 0:
        end = at + len(name)
        around = text[at - 1 : at] + text[end : end + 1]
        count += not any(c.isalnum() or c == "_" for c in around)
        at = text.find(name, end)
    return count
