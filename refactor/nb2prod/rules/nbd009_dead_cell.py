"""Cells that have no effect.

The cell only binds names that no other cell reads, and displays nothing: without it, the notebook
would do the same. Use the names, or remove the cell.

## Flagged

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
frame.head()
# %%
def net(gross):  # flagged
    return gross / 1.19
# %%
print(frame.mean())
```

## Becomes

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
frame.head()
# %%
print(frame.mean())
```

## Not flagged

Cells that display, change, plot or write something, and cells whose names are read anywhere.

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
# %%
rate = 1.19
rate
# %%
figure = frame.plot()
# %%
frame["net"] = 1
# %%
saved = frame.to_csv("net.csv")
# %%
def net(gross):
    return gross / 1.19
# %%
prices = [net(price) for price in frame["gross"]]
print(prices)
# %%
# Only a comment
# %% tags=["parameters"]
limit = 3
```

Notebooks with empty cells for the reader to fill in, because the reader may use any name.

```python
# %%
def net(gross):
    return gross / 1.19
# %% [markdown]
# What is the net price of a book for 12 euros?
# %%
# %% [markdown]
# And what is it for 24 euros?
```

## Fix safety

The fix is unsafe: the names may be meant for code that is still to be written.

## References

- Vespucci Linter: unused variables, each by itself
"""

import re
from collections.abc import Iterator

from nb2prod.analysis.names.code_cell import resolved
from nb2prod.analysis.names.summary import Summary
from nb2prod.knowledge import traits
from nb2prod.notebook.changes import RemoveCell
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, fix
from nb2prod.rules.shared.unused import can_tell_unused, is_unused
from nb2prod.rules.view import NotebookView

# Calls that only compute a value. Any other call may have an effect.
_PURE = re.compile(
    r"(?:len|sum|min|max|abs|round|sorted|list|dict|set|tuple|range|zip|map|filter|enumerate|str"
    r"|int|float|bool|type|isinstance|reversed|pandas\.(?!\w+\.to_)\w+|numpy\.(?!save|random|seterr)[\w.]+"
    r"|math\.\w+|re\.\w+|collections\.\w+|itertools\.\w+|sklearn\.metrics\.\w+)$"
)


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    if summary.binds and can_tell_unused(view) and is_dead(view, cell, summary):
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(b.name for b in summary.binds))
        message = f"the cell has no effect because nothing reads {names}; remove it"
        remove = fix("Remove the cell", "unsafe", RemoveCell(cell.index))
        yield Flag(None, message, remove, cell.index)


def is_dead(view: NotebookView, cell: Cell, summary: Summary) -> bool:
    """Return whether a cell only binds names, none of which is ever read."""
    if "parameters" in cell.tags:
        return False
    if not summary.binds or summary.magics or summary.mutations or summary.shows or cell.outputs:
        return False
    if any(not view.fact(is_unused, b.name) for b in summary.binds):
        return False
    if all(b.kind in {"function", "class"} for b in summary.binds) and not summary.needs:
        return _only_defines(cell)
    return _only_defines(cell) and all(_is_pure(resolved(n, view.names)) for n in summary.called)


def _only_defines(cell: Cell) -> bool:
    """Return whether every unindented line defines a name or closes a bracket."""
    lines = [line for line in cell.source.split("\n") if line and line[0] not in " \t#"]
    return all(
        re.match(r"(?:def|class|async def|@)\b|@|[\w\s,]+=(?!=)|[)\]}'\"]", line) for line in lines
    )


def _is_pure(called: str) -> bool:
    if _PURE.match(called):
        return True
    return "." in called and "only_computes" in traits.of_method(called.rpartition(".")[2])


RULE = cross_cell_rule(_check, "info", tags=("unnecessary",))
