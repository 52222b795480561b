"""Cells that share an id.

Tools recognise cells by their ids: comments, diffs and grades end up at the wrong cell.

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

## Fix safety

The fix is unsafe: tools that refer to the cell by its old id no longer find it.

## References

- JEP 62: cell ids
"""

from collections.abc import Iterator

from nb2prod.notebook.changes import SetMember
from nb2prod.rules.nbv003_missing_cell_id import new_id
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    seen: dict[str, int] = {}
    for cell in view.cells:
        if cell.id is not None and seen.setdefault(cell.id, cell.index) != cell.index:
            first = seen[cell.id] + 1
            message = f"the cell has the same id as cell {first}, `{cell.id}`; give it a new one"
            change = SetMember(cell.index, "id", new_id(view, cell))
            yield Flag(None, message, fix("Give the cell a new id", "unsafe", change), cell.index)


RULE = notebook_rule(_check, "warning", looks_at=("file",))
