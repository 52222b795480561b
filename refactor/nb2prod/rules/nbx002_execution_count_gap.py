"""Gaps in the execution counts.

A gap means that a cell was run more than once, or was deleted after it ran. The saved results may
depend on code that is no longer in the notebook. Restart the kernel and run all cells.

## Flagged

```python
# %% execution_count=1
total = 10
# %% execution_count=4
print(total)  # flagged
```

## Not flagged

Only the first gap is reported. If cells were run out of order, NBX001 reports that instead.

```python
# %% execution_count=1
total = 10
# %% execution_count=2
print(total)
```

## References

- Julynter: h4
- databooks: seq-exec
"""

from collections.abc import Iterator
from itertools import pairwise

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    counts = [(c.index, c.execution_count) for c, _ in view.code if c.execution_count]
    if any(after < before for (_, before), (_, after) in pairwise(counts)):
        return
    for expected, (index, count) in enumerate(counts, 1):
        if count != expected:
            message = f"[{count}] should be [{expected}]; restart the kernel and run all cells"
            yield Flag(None, message, cell=index)
            return


RULE = notebook_rule(
    _check, "info", default=False, aliases=("h4",), looks_at=("file", "blank", "outputs")
)
