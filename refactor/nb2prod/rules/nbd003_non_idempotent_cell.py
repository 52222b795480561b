"""Cells that give a different result each time they are run.

The cell changes a value from an earlier cell and takes its own result as input. Running it again,
as happens all the time in a notebook, silently changes the numbers. Bind the result to a new name,
or create and change the value in the same cell.

## Flagged

```python
# %%
import numpy as np
import pandas as pd
prices = pd.read_csv("prices.csv")
count, rows = 0, []
# %%
prices["net"] = prices["gross"] / 1.19
count += 1  # flagged
rows.append(count)  # flagged
# %%
prices = prices.drop(columns=["gross"])  # flagged
# %%
prices = np.log(prices)  # flagged
# %%
prices.drop("net", axis=1, inplace=True)  # flagged
# %%
prices = pd.concat([prices, prices])  # flagged
# %%
prices = prices * 2  # flagged
```

## Not flagged

Values created in the same cell, and operations that have the same result when repeated.

```python
# %%
import pandas as pd
import sys
prices = pd.read_csv("prices.csv")
# %%
prices = prices.dropna().sort_values("gross")
sys.path.append("..")
# %%
total, rows = 0, []
for price in prices["gross"]:
    total += price
    rows.append(price)
# %%
def push(row):
    rows.append(row)
```
"""

import ast
from collections.abc import Iterable, Iterator

from nb2prod.knowledge import traits
from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView

# Methods that change a list.
_GROWING = frozenset({"append", "extend", "insert", "pop", "popitem", "remove"})
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.FloorDiv, ast.MatMult)


def _check(view: CellView) -> Iterator[Flag]:
    for name, node in changed_again(view):
        message = f"running this cell again changes `{name}` again or fails; bind a new name"
        yield Flag(node, message)


def changed_again(view: CellView) -> Iterator[tuple[str, ast.stmt]]:
    """Yield each outside name that every run of the cell changes further.

    With each name comes the first statement that changes it.
    """
    summary = view.code.summary
    changed = {bind.name for bind in summary.binds if bind.reads_itself}
    changed.update(change.name for change in summary.mutations)
    outside = {use.name for use in summary.needs if use.name in changed} if changed else changed
    if not outside:
        return
    seen: set[str] = set()
    for node in _statements(view.code.body):
        name = _name_changed_again(node, view)
        if name is not None and name in outside and name not in seen and name not in view.names:
            seen.add(name)
            yield name, node


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run with the cell, including those in blocks."""
    for node in body:
        if isinstance(node, _SIMPLE):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, field, ()))


def _name_changed_again(node: ast.stmt, view: CellView) -> str | None:
    """Return the name that a statement changes further each time it is run."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=op) if isinstance(op, _OPERATORS):
            return name
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) as call
        ):
            if method in _GROWING and not call.keywords:
                return name
            return name if "only_once" in traits.of_method(method) and _is_inplace(call) else None
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name if _accumulates(value, name, view) else None
        case _:
            return None


def _accumulates(value: ast.expr, name: str, view: CellView) -> bool:
    match value:
        case ast.BinOp(left, op, right) if isinstance(op, _OPERATORS):
            return _is(left, name) or _is(right, name)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method)) if (
            receiver == name and "only_once" in traits.of_method(method)
        ):
            return True
        case ast.Call(func, [first, *_]) if _is_cumulative(view, func):
            elements = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
            return any(_is(element, name) for element in elements)
        case _:
            return False


def _is_cumulative(view: CellView, func: ast.expr) -> bool:
    return "cumulative" in traits.of_function(view.dotted(func) or "")


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_inplace(call: ast.Call) -> bool:
    return any(
        k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in call.keywords
    )


RULE = cell_rule(_check, "warning")
