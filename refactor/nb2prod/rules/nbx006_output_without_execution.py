"""A cell has outputs, but was not run.

Something removed the execution count and left the outputs, or copied them from elsewhere: nobody
can say what they are the outputs of.

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

Nor where no cell at all has a count: a tool has taken them out to keep differences small.

```python
# %% outputs="10"
print(10)
# %% outputs="11"
print(11)
```
"""

from collections.abc import Iterator

from nb2prod.notebook.changes import ClearOutputs
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    with_outputs = [c for c in view.notebook.code_cells if c.outputs]
    if len(with_outputs) > 1 and not view.executed:
        return
    for cell in with_outputs:
        if cell.execution_count is None:
            clear = fix("Clear the outputs", "safe", ClearOutputs(cell.index))
            yield Flag(None, "has outputs, but was not run", clear, cell.index)


RULE = Rule(
    "NBX006", "output-without-execution", "warning", notebook=_check, looks_at=("file", "outputs")
)
