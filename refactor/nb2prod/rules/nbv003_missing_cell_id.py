"""Cells without an id, although the notebook's format requires one.

Since format 4.5, every cell has an id by which tools recognise it. A file without ids is invalid:
each program that opens it makes up its own, and each save changes the file.

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

## Fix safety

The fix is safe: the code does not depend on ids, and the new ones are unique in the notebook.

## References

- JEP 62: cell ids
"""

import hashlib
from collections.abc import Iterator

from nb2prod.notebook.changes import SetMember
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format != "ipynb" or view.notebook.version < (4, 5):
        return
    without = [cell for cell in view.cells if cell.id is None]
    if without:
        one = len(without) == 1
        cells = f"cell {without[0].index + 1} has" if one else f"{len(without)} cells have"
        ids = (SetMember(cell.index, "id", new_id(view, cell)) for cell in without)
        message = f"{cells} no id, which format 4.5 requires; add it"
        yield Flag(None, message, fix("Add the missing ids", "safe", *ids))


def new_id(view: NotebookView, cell: Cell) -> str:
    """Return an id that no other cell has; repeated calls return the same id."""
    taken = view.once(_ids)
    text = view.path.name.encode("utf-8", "surrogateescape")
    numbers = range(cell.index, cell.index + (len(taken) + 1) * len(view.cells), len(view.cells))
    candidates = (hashlib.blake2b(text, digest_size=4, salt=n.to_bytes(8, "big")) for n in numbers)
    return next(identity for t in candidates if (identity := t.hexdigest()) not in taken)


def _ids(view: NotebookView) -> set[str | None]:
    return {cell.id for cell in view.cells}


RULE = notebook_rule(_check, "warning", looks_at=("file",))
