"""Cells with saved outputs.

In a project that keeps notebooks without outputs, saved outputs show up in every diff, and carry
data to places where it does not belong. The rule is off by default, because other projects keep
them.

## Flagged

```python
# %% execution_count=1 outputs="3"
print(1 + 2)  # flagged
```

## Becomes

```python
# %%
print(1 + 2)
```

## Not flagged

```python
# %%
print(1 + 2)
# %% execution_count=1 outputs="3" tags=["keep_output"]
print(1 + 2)
```

## Fix safety

The fix is safe: it leaves the code as it is, and running the cell brings the outputs back.

## References

- nbstripout, whose tag `keep_output` is respected
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.changes import ClearOutputs
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, fix
from nb2prod.rules.view import NotebookView


def _check(_: NotebookView, cell: Cell, __: Summary) -> Iterator[Flag]:
    keeps = "keep_output" in cell.tags or cell.metadata.get("keep_output") is True
    if cell.outputs_count and not keeps:
        clear = fix("Clear the outputs", "safe", ClearOutputs(cell.index))
        yield Flag(
            None, "the cell has saved outputs; clear them before the commit", clear, cell.index
        )


RULE = cross_cell_rule(_check, "info", default=False, looks_at=("outputs",))
