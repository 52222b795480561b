"""Which names a notebook binds in vain, for the rules on it."""

import re

from nb2prod.rules.rule import NotebookView

# Somebody else reads the names of such notebooks: nbdev exports them, papermill sets them.
_EXPORTS = re.compile(r"^\s*#\s*(?:\|\s*)?(?:export|exporti|exports|default_exp)\b", re.MULTILINE)


def vain_names(view: NotebookView) -> frozenset[str]:
    """Return the names that are bound and never read; none if something may read any.

    A name that stands anywhere else in the text, in a query or a cell of another language, may be
    read there.
    """
    if not view.complete or any(s.broken for _, s in view.code):
        return frozenset()
    read = {name for _, summary in view.code for name in summary.reads | summary.deletes}
    magic = {name for _, s in view.code for m in s.magics for name in m.binds}
    bound = {b.name for _, summary in view.code for b in summary.binds if b.kind != "import"}
    names = {n for n in bound - read - magic if not n.startswith("_") and n != "__all__"}
    if not names or any(_EXPORTS.search(cell.source) for cell, _ in view.code):
        return frozenset()
    text = "\n".join(cell.source for cell, _ in view.code)
    return frozenset(name for name in names if not _mentioned(name, text))


def _mentioned(name: str, text: str) -> bool:
    """Say whether a name stands anywhere but where it is bound, or names something else."""
    if text.count(name) == 1:
        return False  # the usual case, and by far the cheapest
    other = re.compile(rf"(?<![.\w]){re.escape(name)}\b(?!\s*(?:=(?!=)|:[^=\n]*=))")
    places = len(other.findall(text))
    defined = len(re.findall(rf"\b(?:def|class)\s+{re.escape(name)}\b", text))
    loops = len(re.findall(rf"\b(?:for|as)\s+{re.escape(name)}\b", text))
    targets = len(re.findall(rf"^[ \t]*(?:[\w.]+,\s*)+{re.escape(name)}\b", text, re.MULTILINE))
    return places > defined + loops + targets
