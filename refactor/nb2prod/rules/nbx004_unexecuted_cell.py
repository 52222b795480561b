"""A cell was not run, though one below it was.

What the cells below show was computed without it, or with an older text of it.

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

Cells at the end that were not run yet, cells with nothing but comments, and notebooks of which
no cell was run.

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

- Pynblint: non-executed-cells, which also reports the end, and cells of blanks
- Julynter: c1
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    last = max((c.index for c, _ in view.code if c.execution_count), default=-1)
    for cell, _ in view.code:
        if cell.index < last and cell.execution_count is None and not cell.outputs:
            yield Flag(None, "not run, though cells below it were", cell=cell.index)


RULE = Rule(
    "NBX004",
    "unexecuted-cell",
    "warning",
    aliases=("non-executed-cells", "c1"),
    notebook=_check,
    looks_at=("file", "blank", "outputs"),
)
