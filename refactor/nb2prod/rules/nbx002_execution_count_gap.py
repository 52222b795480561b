"""Gaps in the execution counts.

Cells were run more than once, or cells that had run were deleted: the saved results may depend on
code that no longer exists. Restart the kernel and run all cells.

## Flagged

```python
# %% execution_count=1
total = 10
# %% execution_count=4
print(total)  # flagged
```

## Not flagged

Only the first gap is reported, and none if the order itself is wrong, which NBX001 reports.

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
