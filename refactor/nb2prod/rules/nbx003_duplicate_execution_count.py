"""Cells that share an execution count.

A kernel counts every run, so the cells were run in different sessions: no single process ever held
everything that the notebook shows. Restart the kernel and run all cells.

## Flagged

```python
# %% execution_count=1
total = 10
# %% execution_count=1
print(total)  # flagged
```

## Not flagged

```python
# %% execution_count=1
total = 10
# %% execution_count=2
print(total)
```

## References

- Julynter: h3
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    seen: dict[int, int] = {}
    for cell, _ in view.code:
        if not cell.execution_count:
            continue
        first = seen.setdefault(cell.execution_count, cell.index)
        if first != cell.index:
            message = (
                f"[{cell.execution_count}] is also the count of cell {first + 1}, "
                "from another session; restart the kernel and run all cells"
            )
            yield Flag(None, message, cell=cell.index)


RULE = notebook_rule(_check, "warning", aliases=("h3",), looks_at=("file", "blank", "outputs"))
