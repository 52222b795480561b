"""Cells that were not run, although a cell below was.

The results below were computed without the cell, or with an older version of it. Restart the kernel
and run all cells.

## Flagged

```python
# %% execution_count=1
total = 10
# %%
total = total + 1  # flagged
# %% execution_count=2
print(total)
```

## Not flagged

Cells at the end that were not run yet, cells with only comments, and notebooks in which no cell was
run.

```python
# %% execution_count=1
total = 10
# %%
# That is all.
# %% execution_count=2
print(total)
# %%
print(2 * total)
```

## References

- Pynblint: non-executed-cells, which also reports cells at the end, and cells of whitespace
- Julynter: c1
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    last = max((c.index for c, _ in view.code if c.execution_count), default=-1)
    for cell, _ in view.code:
        if cell.index < last and cell.execution_count is None and not cell.outputs:
            message = "the cell was not run, but cells below it were; run all cells"
            yield Flag(None, message, cell=cell.index)


RULE = notebook_rule(
    _check, "warning", aliases=("non-executed-cells", "c1"), looks_at=("file", "blank", "outputs")
)
