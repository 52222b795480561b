"""A cell only looks at something.

`frame.head()`, a shape, a print: good while one thinks, but no part of what the notebook computes.
A project made of it keeps such cells as a report, and out of the code.

## Flagged

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
# %%
frame.head()  # flagged
# %%
print(frame.shape)  # flagged
frame.info()
```

## Not flagged

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
frame.head()
# %%
frame.plot()
# %%
frame.groupby("shop").mean()
# %%
print("mean:", model.score(frame, target))
```

## References

- ruff: T201, each print alone
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import CellView

_LOOKS = frozenset({"head", "tail", "info", "describe", "sample", "nunique", "memory_usage"})
_FACTS = frozenset({"shape", "columns", "dtypes", "index", "size", "ndim", "dtype"})
_SHOWS = frozenset({"print", "display", "type", "len"})


def _check(view: CellView) -> Iterator[Flag]:
    body = view.code.body
    if body and not view.code.magics and all(map(_looks, body)):
        yield Flag(body[0], "this cell only looks at something")


def _looks(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and _is_look(node.value)


def _is_look(node: ast.expr) -> bool:
    match node:
        case ast.Name() | ast.Constant() | ast.JoinedStr():
            return True
        case ast.Attribute(value=value, attr=name):
            return name in _FACTS and _is_place(value)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return name in _SHOWS and all(map(_is_look, arguments))
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            return name in _LOOKS and _is_place(value)
        case ast.Subscript(value=value):
            return _is_look(value)
        case ast.Tuple(elts=elements):
            return all(map(_is_look, elements))
        case _:
            return False


def _is_place(node: ast.expr) -> bool:
    """Say whether an expression only names something that is there: `a.b["c"]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name)


RULE = Rule(
    "NBS010",
    "debug-cell",
    "info",
    default=False,
    aliases=("debug-print", "bare-display-cell"),
    cell=_check,
)
