"""The notebook's name has characters that make trouble elsewhere.

Blanks have to be quoted in every shell, and some signs are forbidden on other systems. Letters,
digits, `_`, `.` and `-` work everywhere.

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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import NotebookView

_OTHER = re.compile(r"[^A-Za-z0-9_.-]")


def _check(view: NotebookView) -> Iterator[Flag]:
    found = dict.fromkeys(_OTHER.findall(view.path.name))
    if found:
        signs = ", ".join("a blank" if sign == " " else f"`{sign}`" for sign in found)
        yield Flag(None, f"the name `{view.path.name}` has {signs} in it")


RULE = Rule(
    "NBG009",
    "non-portable-name",
    "info",
    aliases=("non-portable-chars-in-nb-name", "t4", "t5"),
    notebook=_check,
    looks_at=("file",),
)
