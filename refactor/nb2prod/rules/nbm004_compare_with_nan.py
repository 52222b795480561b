"""Comparisons with NaN, which do not find missing values.

NaN is not equal to anything, not even to itself: `value == np.nan` is always false, and
`value != np.nan` is always true. Use `isna` or `np.isnan`.

## Flagged

```python
# %%
import numpy as np
missing = frame[frame["price"] == np.nan]  # flagged
present = frame["price"] != np.nan  # flagged
```

## Becomes

```python
# %%
import numpy as np
missing = frame[np.isnan(frame["price"])]
present = ~np.isnan(frame["price"])
```

## Not flagged

```python
# %%
import numpy as np
missing = np.isnan(frame["price"])
frame["price"] = np.nan
same = price == price
```

## Fix safety

The fix is unsafe: the comparison starts to find missing values, and `np.isnan` accepts only
numbers.

## References

- dslinter: E5501
- ruff: PLW0177
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView

_NAN = frozenset({"numpy.nan", "numpy.NaN", "numpy.NAN", "math.nan", "pandas.NA", "pandas.NaT"})


def _check(view: CellView) -> Iterator[Flag]:
    for node in view.code.nodes(ast.Compare):
        match node:
            case ast.Compare(left, [ast.Eq() | ast.NotEq() as op], [right]):
                for nan, other in ((right, left), (left, right)):
                    name = view.dotted(nan)
                    if name in _NAN:
                        always = "false" if isinstance(op, ast.Eq) else "true"
                        text = view.code.text(nan)
                        message = f"comparing with `{text}` is always {always}; use `isna`"
                        yield Flag(node, message, _fixes(view, node, name, other))
                        break
            case _:
                pass


def _fixes(view: CellView, node: ast.Compare, name: str | None, other: ast.expr) -> Sequence[Fix]:
    used = (node.id for node in view.code.nodes(ast.Name))
    alias = next((name for name in used if view.names.get(name) == "numpy"), None)
    if alias is None or not (name or "").startswith("numpy."):
        return ()
    negated = "~" if isinstance(node.ops[0], ast.NotEq) else ""
    text = f"{negated}{alias}.isnan({view.code.text(other)})"
    return fix(f"Use `{alias}.isnan`", "unsafe", view.edit(node, text))


RULE = cell_rule(_check, "error", words=("nan", "NaN", "NA"))
