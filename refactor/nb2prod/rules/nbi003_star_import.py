"""A star import binds names that nobody can see.

Neither a reader nor a tool knows which names come from there, and they silently replace others:
`from numpy import *` hides `sum`, `min` and `any`. Undefined names and unused imports cannot be
found any more in the whole notebook.

## Flagged

```python
# %%
from numpy import *  # flagged
```

## Not flagged

```python
# %%
from numpy import array, mean
```

## References

- ruff: F403
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span


def _check(view: CellView) -> Iterator[Flag]:
    for item in view.code.summary.imports:
        if item.name == "*":
            message = f"it cannot be seen which names come from `{item.from_module}`"
            yield Flag(Span(*item.statement), message)


RULE = Rule("NBI003", "star-import", "warning", cell=_check, words=("*",))
