"""Notebook names with characters that cause problems on other systems.

Spaces have to be quoted in every shell, and some characters are forbidden on other systems.
Letters, digits, `_`, `.` and `-` work everywhere.

## Flagged

```python name="my analysis.ipynb"
# %%
a = 1
```

## Not flagged

```python name="01_my-analysis.v2.ipynb"
# %%
a = 1
```

## References

- Pynblint: non-portable-chars-in-nb-name
- Julynter: t4, t5
- POSIX.1-2017, 3.282 Portable Filename Character Set
"""

import re
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView

_NOT_PORTABLE = re.compile(r"[^A-Za-z0-9_.-]")


def _check(view: NotebookView) -> Iterator[Flag]:
    found = dict.fromkeys(_NOT_PORTABLE.findall(view.path.name))
    if found:
        characters = ", ".join("a space" if char == " " else f"`{char}`" for char in found)
        message = f"`{view.path.name}` contains {characters}; use letters, digits, `_`, `.` and `-`"
        yield Flag(None, message)


RULE = notebook_rule(
    _check, "info", aliases=("non-portable-chars-in-nb-name", "t4", "t5"), looks_at=("file",)
)
