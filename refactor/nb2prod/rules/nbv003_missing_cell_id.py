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

import hashlib
from collections.abc import Iterator

from nb2prod.notebook.changes import SetMember
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format != "ipynb" or view.notebook.version < (4, 5):
        return
    without = [cell.index + 1 for cell in view.cells if cell.id is None]
    if without:
        cells = f"cell {without[0]} has" if len(without) == 1 else f"{len(without)} cells have"
        bare = (cell for cell in view.cells if cell.id is None)
        add = fix("Add it", "safe", *(SetMember(c.index, "id", new_id(view, c)) for c in bare))
        yield Flag(None, f"{cells} no id, which format 4.5 asks for", add)


def new_id(view: NotebookView, cell: Cell) -> str:
    """Return an id that no other cell has; the same whenever it is asked for."""
    taken = {other.id for other in view.cells}
    text = view.path.name.encode("utf-8", "surrogateescape")
    numbers = range(cell.index, cell.index + (len(taken) + 1) * len(view.cells), len(view.cells))
    tries = (hashlib.blake2b(text, digest_size=4, salt=n.to_bytes(8, "big")) for n in numbers)
    return next(identity for t in tries if (identity := t.hexdigest()) not in taken)


RULE = Rule("NBV003", "missing-cell-id", "warning", notebook=_check, looks_at=("file",))
