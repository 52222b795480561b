"""Cells that change an object created by another cell.

The value of the name then depends on which cells were run and how often, so that cells show
different results before and after the change. A pipeline cannot be cut between such cells. Assign a
modified copy to a new name, or create and modify the object in the same cell.

## Flagged

```python
# %%
import pandas as pd
prices = pd.read_csv("prices.csv")
options = {}
# %%
prices["net"] = prices["gross"] / 1.19  # flagged
prices.dropna(inplace=True)
# %%
options.update(depth=3)  # flagged
prices.columns = ["a", "b"]  # flagged
```

The fix creates a new DataFrame and binds it to the same name.

```python
# %%
prices["net"] = prices["gross"] / 1.19  # flagged
```

## Becomes

```python
# %%
prices = prices.assign(net=prices["gross"] / 1.19)
```

## Not flagged

Objects created in the same cell, names that are only rebound, model training, and modules.

```python
# %%
import sys
import pandas as pd
from sklearn.svm import SVC
prices = pd.read_csv("prices.csv")
model = SVC()
count = 0
# %%
sys.path.append("..")
prices = prices.dropna()
model.fit(prices, target)
models[0].fit(prices, target)
count += 1
# %%
copied = prices.copy()
copied["net"] = copied["gross"] / 1.19
```

## Fix safety

The fix is unsafe: other names that refer to the same DataFrame no longer see the change.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.summary import Mutation
from nb2prod.finding import Fix
from nb2prod.knowledge import traits
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span

_METHOD = re.compile(r"[^=\n]*?\.(\w+)\s*\(")


def _check(view: CellView) -> Iterator[Flag]:
    summary = view.code.summary
    if not summary.mutations:
        return
    outside = {use.name: use.start for use in summary.needs if use.name not in view.names}
    rebound = {bind.name: bind.start for bind in reversed(summary.binds) if bind.certain}
    seen: set[str] = set()
    for change in summary.mutations:
        name = change.name
        late = rebound.get(name, change.start) < change.start
        if name not in outside or name in seen or late or change.how == "augmented":
            continue
        if change.how == "method" and not _changes(view, change):
            continue
        seen.add(name)
        where = Span(change.start, change.end)
        message = (
            f"`{name}` is created in another cell and modified here; "
            "assign a modified copy to a new name"
        )
        yield Flag(where, message, _fixes(view, change))


def _changes(view: CellView, change: Mutation) -> bool:
    """Return whether a method changes data, and not a model."""
    method = _METHOD.match(view.code.code, change.end)
    return method is None or "builds" not in traits.of_method(method[1])


def _fixes(view: CellView, change: Mutation) -> Sequence[Fix]:
    """Return the fix that makes `frame = frame.assign(column=…)` of `frame["column"] = …`."""
    for node in view.code.body:
        match node:
            case ast.Assign(
                targets=[
                    ast.Subscript(
                        value=ast.Name(id=name), slice=ast.Constant(value=str(column))
                    ) as target
                ],
                value=value,
            ) if view.code.span(target).start == change.start and column.isidentifier():
                text = f"{name} = {name}.assign({column}={view.code.text(value)})"
                return fix("Bind a new DataFrame", "unsafe", view.edit(node, text))
            case _:
                pass
    return ()


RULE = cell_rule(_check, "info", default=False)
