"""Cells with the same code.

Copies are changed in one place and forgotten in the other. Move the code into a function.

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

Single statements, which often only display something again.

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
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    first = view.fact(_first_twin, view.occurrences.cells[cell.index].twin)
    if first is None or first == cell.index:
        return
    if len(view.code_of(cell.index).body) > 1:
        related = [Related("the same code", first)]
        message = f"the cell has the same code as cell {first + 1}; move it into a function"
        yield Flag(None, message, (), cell.index, related)


def _first_twin(view: NotebookView, code: str) -> int | None:
    """Return the first cell with the given code; None if no cell has it."""
    cells = view.occurrences.twins.get(code)
    return cells[0] if cells else None


RULE = cross_cell_rule(_check, "info")
