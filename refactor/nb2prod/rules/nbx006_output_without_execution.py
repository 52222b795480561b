"""Cells that have outputs but were not run.

Something removed the execution count and left the outputs, or copied them from elsewhere: nobody
can tell which code they come from. Run the cell again.

## Flagged

```python
# %% outputs="10"
print(total)  # flagged
```

## Becomes

```python
# %%
print(total)
```

## Not flagged

```python
# %% execution_count=2 outputs="10"
print(total)
```

Notebooks in which no cell has a count, because a tool removed them all to keep diffs small.

```python
# %% outputs="10"
print(10)
# %% outputs="11"
print(11)
```

## Fix safety

The fix is safe: it leaves the code as it is, and the outputs belong to no known run.
"""

from collections.abc import Iterator

from nb2prod.notebook.changes import ClearOutputs
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    with_outputs = [c for c in view.notebook.code_cells if c.outputs]
    if len(with_outputs) > 1 and not view.executed:
        return
    for cell in with_outputs:
        if cell.execution_count is None:
            clear = fix("Clear the outputs", "safe", ClearOutputs(cell.index))
            message = "the cell has outputs but was not run; run it or clear the outputs"
            yield Flag(None, message, clear, cell.index)


RULE = notebook_rule(_check, "warning", looks_at=("file", "outputs"))
