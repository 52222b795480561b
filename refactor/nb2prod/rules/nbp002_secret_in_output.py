"""A saved output shows a password or a key.

A traceback or a print has put it there, and there it stays when the source is clean. Take the key
back where it was given, and clear the output.

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

Images are not looked into: any key can be found in the letters that they are written in. Nor is
a text behind its first 100 kB, which are those of a page with all its libraries.

```python
# %% execution_count=1 image="AKIAQ3EGSZ7WOTVXPLMD"
plot(rows)
```

## References

- NB Defense
- detect-secrets, which reports images
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.changes import ClearOutputs, RedactOutputs
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import NotebookView
from nb2prod.text.secrets import find_secrets, may_hold_secret


def raw_outputs(view: NotebookView, index: int) -> bytes:
    """Return the outputs of a cell as they lie in the file, of long ones the beginning."""
    return b"\n".join(raw for output in view.cells[index].outputs for raw in output.raw_texts())


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    if not may_hold_secret(view.of_cell(raw_outputs, cell.index)):
        return
    suspects = [o for o in cell.outputs if any(map(may_hold_secret, o.raw_texts()))]
    found = {what for output in suspects for _, what in find_secrets(output.written())}
    # One that is cut into pieces, or coloured, cannot be blotted out.
    parts = [part for output in suspects for part in output.parts()]
    whole = {what for part in parts for _, what in find_secrets(part)} if found else set[str]()
    for what in sorted(found):
        blot = fix("Blot it out", "unsafe", RedactOutputs(cell.index))
        clear = fix("Clear the outputs", "unsafe", ClearOutputs(cell.index))
        fixes = blot + clear if what in whole else clear
        yield Flag(None, f"an output shows {what}", fixes, cell.index)


RULE = Rule("NBP002", "secret-in-output", "error", among=_check, looks_at=("outputs",))
