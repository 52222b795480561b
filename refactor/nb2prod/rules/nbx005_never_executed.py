"""No cell of the notebook was run.

A reader does not see what it does, nor whether it runs at all. Some teams want it so, and clear
outputs before each commit: this rule is for the others.

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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format == "ipynb" and view.code and not view.executed:
        yield Flag(None, "no cell was run")


RULE = Rule(
    "NBX005",
    "never-executed",
    "info",
    default=False,
    aliases=("non-executed-notebook",),
    notebook=_check,
    looks_at=("file", "blank", "outputs"),
)
