"""Notebooks that are saved in an old format.

Before format 4.5, cells have no ids, so that tools which compare, merge or annotate notebooks have
to guess which cell is which. Save the notebook with a current version of Jupyter.

## Flagged

```python nbformat_minor=4
# %%
a = 1
```

## Not flagged

```python nbformat_minor=5
# %% id="load"
a = 1
```

## References

- JEP 62: cell ids
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    major, minor = view.notebook.version
    if view.notebook.format == "ipynb" and (major, minor) < (4, 5):
        message = f"format {major}.{minor} has no cell ids; save with a current version of Jupyter"
        yield Flag(None, message)


RULE = notebook_rule(_check, "info", default=False, looks_at=("file",))
