"""Cells that were run out of order.

The saved results were computed in an order that can no longer be seen. Run from top to bottom, the
notebook may fail or show something else. Restart the kernel and run all cells.

## Flagged

```python
# %% execution_count=2
total = 10
# %% execution_count=1
print(total)  # flagged
```

## Not flagged

Gaps in the execution counts, which NBX002 reports.

```python
# %% execution_count=3
total = 10
# %% execution_count=7
print(total)
```

```python
# %%
total = 10
# %% execution_count=1
print(total)
```

## References

- Pynblint: non-linear-execution, which also compares across cells that were not run
- Julynter: c2
- J. F. Pimentel et al., A Large-Scale Study About Quality and Reproducibility of Jupyter
  Notebooks, MSR 2019
"""

from collections.abc import Iterator
from itertools import pairwise

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    ran = [(cell.index, cell.execution_count) for cell, _ in view.code if cell.execution_count]
    for (above, earlier), (index, count) in pairwise(ran):
        if count < earlier:
            message = (
                f"[{count}] was run before [{earlier}] in cell {above + 1} above; "
                "restart the kernel and run all cells"
            )
            yield Flag(None, message, cell=index)


RULE = notebook_rule(_check, "warning", aliases=("c2",), looks_at=("file", "blank", "outputs"))
