"""Cells that ended with an error.

The notebook did not run to the end. Readers who run it may get the same error, and everything below
was computed earlier or without this cell. If the error is intended, give the cell the tag
`raises-exception`.

## Flagged

```python
# %% execution_count=1 error="KeyError: 'x'"
{}["x"]  # flagged
```

## Not flagged

```python
# %% tags=["raises-exception"] error="KeyError: 'x'"
{}["x"]
```
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.view import NotebookView


def _check(_: NotebookView, cell: Cell, __: Summary) -> Iterator[Flag]:
    for output in cell.outputs:
        if output.output_type == "error" and "raises-exception" not in cell.tags:
            first = output.evalue.partition("\n")[0]
            error = f"{output.ename}: {first:.120}".rstrip(" :")
            message = f"the cell ended with {error}; fix it and run all cells again"
            yield Flag(None, message, cell=cell.index)


RULE = cross_cell_rule(_check, "warning", looks_at=("outputs",))
