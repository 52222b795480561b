"""Notebook names that are too long.

Some file systems and archives truncate long names, and people do not read them. The limit is
`max-name-length`, including the extension.

## Flagged

```python name="analysis-of-the-churn.ipynb" max-name-length=20
# %%
a = 1
```

## Not flagged

```python name="churn.ipynb" max-name-length=20
# %%
a = 1
```

## References

- Pynblint: notebook-name-too-long, which is off unless a limit is set
- Julynter: t6
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    length, limit = len(view.path.name), view.limits.max_name_length
    if length > limit:
        yield Flag(None, f"the name has {length} characters (limit {limit}); shorten it")


RULE = notebook_rule(_check, "info", aliases=("notebook-name-too-long", "t6"), looks_at=("file",))
