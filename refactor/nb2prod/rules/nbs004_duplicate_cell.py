"""Two cells hold the same code.

What is copied is changed in one place and forgotten in the other. Make it a function.

## Flagged

```python
# %%
scores = model.predict(features)
print(scores.mean(), scores.std())
# %%
model.fit(features, target)
# %%
scores = model.predict(features)  # flagged
print(scores.mean(), scores.std())
```

## Not flagged

A single statement, often one that only shows something again.

```python
# %%
customers.sort_values("revenue", ascending=False).head()
# %%
customers = customers.dropna()
# %%
customers.sort_values("revenue", ascending=False).head()
# %%
customers.loc[
    customers["revenue"].isna() | customers["orders"].isna() | customers["since"].isna()
]
# %%
customers.loc[
    customers["revenue"].isna() | customers["orders"].isna() | customers["since"].isna()
]
```
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Related
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    first = view.fact(_first_twin, view.occurrences.cells[cell.index].twin)
    if first is None or first == cell.index:
        return
    if len(view.code_of(cell.index).body) > 1:
        related = [Related("the same code", first)]
        yield Flag(None, f"the same code as in cell {first + 1}", (), cell.index, related)


def _first_twin(view: NotebookView, code: str) -> int | None:
    """Return the first cell with some code; None if it is not the code of a cell."""
    cells = view.occurrences.twins.get(code)
    return cells[0] if cells else None


RULE = Rule("NBS004", "duplicate-cell", "info", among=_check)
