"""Star imports, which hide where names come from.

Neither readers nor tools can tell which names a star import binds, and it silently replaces others:
`from numpy import *` hides `sum`, `min` and `any`. Undefined names and unused imports can no longer
be found anywhere in the notebook. Import the names that are used.

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

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span


def _check(view: CellView) -> Iterator[Flag]:
    for item in view.code.summary.imports:
        if item.name == "*":
            statement = f"from {item.from_module} import *"
            message = f"`{statement}` hides which names the notebook uses; import them by name"
            yield Flag(Span(*item.statement), message)


RULE = cell_rule(_check, "warning", words=("*",))
