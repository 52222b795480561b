"""Cells define the same name as different things.

A function or class is defined again in another cell, or an imported name becomes a variable.
What the name means then depends on which cell was run last.

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

A variable that is given another value, a fall-back, and the same import written twice.

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

- marimo: MB002 multiple-definitions, also of variables
- Amazon CodeGuru: notebook-variable-redefinition
"""

from collections.abc import Iterator

from nb2prod.analysis.summary import Bind
from nb2prod.rules.rule import Flag, NotebookView, Rule
from nb2prod.source import Span

_DEFINES = frozenset({"function", "class"})
_WORDS = {"import": "imported", "function": "a function", "class": "a class"}


def _check(view: NotebookView) -> Iterator[Flag]:
    first: dict[str, tuple[int, Bind]] = {}
    reported: set[tuple[int, str]] = set()
    for cell, summary in view.code:
        for bind in summary.binds:
            index, earlier = first.setdefault(bind.name, (cell.index, bind))
            if index == cell.index or (cell.index, bind.name) in reported or bind.name == "_":
                continue
            if bind.certain and earlier.certain and _differs(earlier, bind):
                reported.add((cell.index, bind.name))
                what = _WORDS.get(earlier.kind, "a variable")
                message = f"`{bind.name}` is {what} in cell {index + 1}, and defined anew here"
                yield Flag(Span(bind.start, bind.end), message, cell=cell.index)
                first[bind.name] = cell.index, bind


def _differs(earlier: Bind, bind: Bind) -> bool:
    if bind.kind in _DEFINES:
        return True
    return earlier.kind in {*_DEFINES, "import"} and bind.kind not in {"import", "magic"}


RULE = Rule(
    "NBD005",
    "redefinition",
    "warning",
    aliases=("redefinition-across-cells", "multiple-definitions"),
    notebook=_check,
)
