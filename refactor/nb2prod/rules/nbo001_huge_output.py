"""Cells with very large saved outputs.

Large outputs make the file slow to open, compare and clone, permanently, because git keeps every
version. The limit for each cell is `max-output-bytes`.

## Flagged

```python max-output-bytes=10
# %% execution_count=1 outputs="many, many words"
print(text)  # flagged
```

## Becomes

```python max-output-bytes=10
# %%
print(text)
```

## Not flagged

```python max-output-bytes=100
# %% execution_count=1 outputs="a few words"
print(text)
```

## Fix safety

The fix is unsafe: cleared outputs come back only when the cell is run again.

## References

- nbstripout: --max-size
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.changes import ClearOutputs
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, fix
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    size = sum(output.size for output in cell.outputs)
    if size > view.limits.max_output_bytes:
        amount = f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size} bytes"
        message = f"the cell has {amount} of saved outputs; clear them or display less"
        clear = fix("Clear the outputs", "unsafe", ClearOutputs(cell.index))
        yield Flag(None, message, clear, cell.index)


RULE = cross_cell_rule(_check, "warning", looks_at=("outputs",))
