"""Names that several cells define as different things.

A function or class is defined again in another cell, or an imported name becomes a variable. The
meaning of the name depends on which cell was run last. Rename one of them.

## Flagged

```python
# %%
from statistics import mean
# %%
def clean(text):
    return text.strip()
# %%
def clean(text):  # flagged
    return text.lower()
# %%
mean = mean([1, 2, 3])  # flagged
```

## Not flagged

Variables that get a new value, fallbacks, and repeated imports.

```python
# %%
import json
rows = [1]
# %%
import json
rows = [2]
try:
    from fast import dumps
except ImportError:
    def dumps(value):
        return json.dumps(value)
```

## References

- marimo: MB002 multiple-definitions, which also covers variables
- Amazon CodeGuru: notebook-variable-redefinition
"""

from collections.abc import Iterator, Mapping

from nb2prod.analysis.names.summary import Bind, BindKind, Summary
from nb2prod.finding import Related
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

_DEFINES = frozenset({"function", "class"})
_NOT_VARIABLE = _DEFINES | {"import"}
_KIND_NAMES = {"import": "imported", "function": "a function", "class": "a class"}


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    for name in dict.fromkeys(bind.name for bind in summary.binds):
        found = view.fact(_redefined, name).get(cell.index)
        if found is None:
            continue
        number, earlier, kind, start, end = found
        bind = [b for b in summary.binds if b.name == name][number]
        kind_name = _KIND_NAMES.get(kind, "a variable")
        message = (
            f"`{name}` is {kind_name} in cell {earlier + 1} but redefined here; rename one of them"
        )
        related = [Related(f"`{name}` is {kind_name} here", earlier, start, end)]
        yield Flag(Span(bind.start, bind.end), message, (), cell.index, related)


def _redefined(view: NotebookView, name: str) -> Mapping[int, tuple[int, int, BindKind, int, int]]:
    """Return the cells that redefine a name as something else; a fact.

    For each cell: the number of the binding that redefines the name, and the cell, kind, start and
    end of the earlier definition.
    """
    cells = view.occurrences.binders.get(name, ())
    found: dict[int, tuple[int, int, BindKind, int, int]] = {}
    first: tuple[int, Bind] | None = None
    for cell in cells if len(cells) > 1 and name != "_" else ():
        binds = [bind for bind in view.summaries[cell].binds if bind.name == name]
        for number, bind in enumerate(binds):
            first = first or (cell, bind)
            index, earlier = first
            if index == cell or not (bind.certain and earlier.certain):
                continue
            if _differs(earlier, bind):
                found[cell] = number, index, earlier.kind, earlier.start, earlier.end
                first = cell, bind
    return found


def _differs(earlier: Bind, bind: Bind) -> bool:
    if bind.kind in _DEFINES:
        return True
    return earlier.kind in _NOT_VARIABLE and bind.kind not in {"import", "magic"}


RULE = cross_cell_rule(
    _check, "warning", aliases=("redefinition-across-cells", "multiple-definitions")
)
