"""Cells have no id, though the notebook's format asks for it.

Since format 4.5 each cell has an id, by which tools find it again. A file without them is not
valid; each program that opens it makes up its own, and each save is a difference.

## Flagged

```python nbformat_minor=5
# %% id="load"
a = 1
# %%
b = 2
```

## Not flagged

```python nbformat_minor=5
# %% id="load"
a = 1
```

```python nbformat_minor=4
# %%
a = 1
```

## References

- JEP 62: cell ids
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, NotebookView, Rule


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format != "ipynb" or view.notebook.version < (4, 5):
        return
    without = [cell.index + 1 for cell in view.cells if cell.id is None]
    if without:
        cells = f"cell {without[0]} has" if len(without) == 1 else f"{len(without)} cells have"
        yield Flag(None, f"{cells} no id, which format 4.5 asks for")


RULE = Rule("NBV003", "missing-cell-id", "warning", notebook=_check, looks_at=("file",))
