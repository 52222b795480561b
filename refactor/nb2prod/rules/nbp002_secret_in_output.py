"""Saved outputs that show a password or a key.

A traceback or a print put it there, and there it stays after the source is cleaned up. Revoke the
secret, and clear the output.

## Flagged

```python
# %% execution_count=1 outputs="connecting with ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa"
connect(token)  # flagged
```

## Becomes

```python
# %%
connect(token)
```

## Not flagged

Images, because any key can occur by chance in their encoded text, and texts beyond their first 100
kB, which are usually web pages with embedded libraries.

```python
# %% execution_count=1 image="AKIAQ3EGSZ7WOTVXPLMD"
plot(rows)
```

## Fix safety

The fix is unsafe: redacted and cleared outputs come back only when the cell is run again.

## References

- NB Defense
- detect-secrets, which reports images
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.changes import ClearOutputs, RedactOutputs
from nb2prod.notebook.model import Cell
from nb2prod.notebook.output_secrets import secrets_in_outputs
from nb2prod.rules.rule import Flag, cross_cell_rule, fix
from nb2prod.rules.view import NotebookView


def _check(_view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    for what, intact in secrets_in_outputs(cell.outputs).items():
        redact = fix("Redact the secret", "unsafe", RedactOutputs(cell.index))
        clear = fix("Clear the outputs", "unsafe", ClearOutputs(cell.index))
        message = f"a saved output shows {what}; revoke it and clear the output"
        yield Flag(None, message, redact + clear if intact else clear, cell.index)


RULE = cross_cell_rule(_check, "error", looks_at=("outputs",))
