"""Two cells have the same id.

Ids are how tools find a cell again: comments, differences and grades end up at the wrong one.

## Flagged

```python nbformat_minor=5
# %% id="load"
a = 1
# %% id="load"
b = 2  # flagged
```

## Not flagged

```python nbformat_minor=5
# %% id="load"
a = 1
# %% id="clean"
b = 2
```

## References

- JEP 62: cell ids
"""

from collections.abc import Iterator

from nb2prod.notebook.changes import SetMember
from nb2prod.rules.nbv003_missing_cell_id import new_id
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    seen: dict[str, int] = {}
    for cell in view.cells:
        if cell.id is not None and seen.setdefault(cell.id, cell.index) != cell.index:
            message = f"has the id of cell {seen[cell.id] + 1}, `{cell.id}`"
            change = SetMember(cell.index, "id", new_id(view, cell))
            yield Flag(None, message, fix("Give it another id", "unsafe", change), cell.index)


RULE = Rule("NBV004", "duplicate-cell-id", "warning", notebook=_check, looks_at=("file",))
