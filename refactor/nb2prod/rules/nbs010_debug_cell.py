"""Cells that only display something.

`frame.head()`, a shape, a print: useful while exploring, but not part of what the notebook
computes. A project generated from the notebook keeps such cells in a report, out of the code.

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

- ruff: T201, for each print
"""

import ast
from collections.abc import Iterator

from nb2prod.knowledge import traits
from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView

_DISPLAY_FUNCTIONS = frozenset({"print", "display", "type", "len"})


def _check(view: CellView) -> Iterator[Flag]:
    body = view.code.body
    if body and not view.code.magics and all(map(_is_display_statement, body)):
        yield Flag(body[0], "the cell only displays something; remove it after exploring")


def _is_display_statement(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and _is_display(node.value)


def _is_display(node: ast.expr) -> bool:
    match node:
        case ast.Name() | ast.Constant() | ast.JoinedStr():
            return True
        case ast.Attribute(value=value, attr=name):
            return "displayed" in traits.of_method(name) and _is_name(value)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return name in _DISPLAY_FUNCTIONS and all(map(_is_display, arguments))
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            return "displays" in traits.of_method(name) and _is_name(value)
        case ast.Subscript(value=value):
            return _is_display(value)
        case ast.Tuple(elts=elements):
            return all(map(_is_display, elements))
        case _:
            return False


def _is_name(node: ast.expr) -> bool:
    """Return whether an expression only names a value, as `a.b["c"]` does."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name)


RULE = cell_rule(_check, "info", default=False, aliases=("debug-print", "bare-display-cell"))
