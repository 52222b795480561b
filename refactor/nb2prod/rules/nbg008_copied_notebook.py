"""Copies of notebooks that were never renamed.

Readers cannot tell which of the two is current. Version control keeps earlier versions; a variant
deserves a name that says how it differs.

## Flagged

```python name="churn-Copy1.ipynb"
# %%
a = 1
```

```python name="churn (1).ipynb"
# %%
a = 1
```

## Not flagged

```python name="copy-on-write.ipynb"
# %%
a = 1
```

## References

- Pynblint: duplicate-notebook-not-renamed
- Julynter: t3
"""

import re
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView

_COPY = re.compile(r".+?(?:-Copy\d*| \(\d+\)| - Copy(?: \(\d+\))?| copy(?: \d+)?|_copy\d*)")
_COPY_OF = re.compile(r"Copy of .+")


def _check(view: NotebookView) -> Iterator[Flag]:
    name = view.path.stem
    if _COPY.fullmatch(name) or _COPY_OF.fullmatch(name):
        yield Flag(None, f"`{view.path.name}` is named like a copy; rename or delete it")


RULE = notebook_rule(
    _check, "warning", aliases=("duplicate-notebook-not-renamed", "t3"), looks_at=("file",)
)
