"""The file of a new rule: a page to fill in, and an example that fails until there is a check."""

from __future__ import annotations

import re
from pathlib import Path

from nb2prod.rules.registry import find_rule

_CODE = re.compile(r"(?:NB)?([A-Z]\d{3})", re.IGNORECASE)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_PAGE = '''\
"""A short line that says what the rule finds.

Say in a paragraph why this is a problem, and what to write instead.

## Flagged

```python
# %%
import pandas as pd

sales = pd.example("sales.csv")  # flagged
```

## Becomes

```python
# %%
import pandas as pd

sales = pd.read_csv("sales.csv")
```

## Not flagged

```python
# %%
import pandas as pd

sales = pd.read_csv("sales.csv")
```

## Fix safety

The fix is unsafe: say what it may change. (It is safe if the results can only stay the same. A
rule without a fix has neither this section nor *Becomes*.)

## References

- the same rule of another linter, or the documentation of the library
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView


def _check(view: CellView) -> Iterator[Flag]:
    for call in view.code.nodes(ast.Call):
        if view.dotted(call.func) == "replace this with a real name":
            fixes = fix("Use `pd.read_csv`", "unsafe", view.edit(call.func, "pd.read_csv"))
            yield Flag(call, "`pd.example` does not exist; use `pd.read_csv`", fixes)


# Add words=("example",) if one of these words occurs in every cell that the rule finds: the other
# cells are then skipped.
RULE = cell_rule(_check, "warning")
'''


def new_rule(code: str, name: str) -> tuple[Path, str]:
    """Return the path and the text of the file of a new rule on cells.

    Args:
        code: The code, with or without its `NB`: `M008`.
        name: What it finds, in lower-case words joined by dashes: `silent-merge`.

    Raises:
        ValueError: The code or the name is in use, or not in this form.
    """
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"{code!r} is not a rule's code; write a letter and three digits: M008")
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a rule's name; write words joined by dashes: silent-merge"
        )
    full = f"NB{match[1].upper()}"
    if rule := find_rule(full):
        raise ValueError(f"`{full}` is already `{rule.name}`; choose another number")
    if rule := find_rule(name):
        raise ValueError(f"`{name}` is already `{rule.code}`; choose another name")
    path = Path(__file__).parents[1] / f"{full.lower()}_{name.replace('-', '_')}.py"
    return path, _PAGE
