"""Notebooks in which no cell was run.

Readers see neither what the notebook does nor whether it runs at all. The rule is off by default,
because some teams clear the outputs before each commit.

## Flagged

```python
# %%
total = 10
# %%
print(total)
```

## Not flagged

```python
# %% execution_count=1
total = 10
```

```python
# %% [markdown]
# Nothing to run.
```

## References

- Pynblint: non-executed-notebook, which also reports notebooks without code
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format == "ipynb" and view.code and not view.executed:
        yield Flag(None, "no cell was run; run all cells and save the notebook")


RULE = notebook_rule(
    _check,
    "info",
    default=False,
    aliases=("non-executed-notebook",),
    looks_at=("file", "blank", "outputs"),
)
