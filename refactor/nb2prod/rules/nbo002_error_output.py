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

from nb2prod.rules.rule import Flag, NotebookView, Rule


def _check(view: NotebookView) -> Iterator[Flag]:
    for cell in view.notebook.code_cells:
        if "raises-exception" in cell.tags:
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                first = output.evalue.partition("\n")[0]
                message = f"the run ended here: {output.ename}: {first:.120}"
                yield Flag(None, message.rstrip(" :"), cell=cell.index)


RULE = Rule("NBO002", "error-output", "warning", notebook=_check)
