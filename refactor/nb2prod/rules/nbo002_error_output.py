"""A cell has saved an error.

The notebook did not run through. Who runs it now may see the same, and everything below was
computed before, or without it. If the error is meant, give the cell the tag `raises-exception`.

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
from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import NotebookView


def _check(_: NotebookView, cell: Cell, __: Summary) -> Iterator[Flag]:
    for output in cell.outputs:
        if output.output_type == "error" and "raises-exception" not in cell.tags:
            first = output.evalue.partition("\n")[0]
            message = f"the run ended here: {output.ename}: {first:.120}"
            yield Flag(None, message.rstrip(" :"), cell=cell.index)


RULE = Rule("NBO002", "error-output", "warning", among=_check, looks_at=("outputs",))
