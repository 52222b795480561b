"""A cell changes the object that another cell made.

What the name stands for then depends on which cells were run, and how often: every cell that
reads it shows something else before and after. And where a notebook becomes a pipeline, such
cells cannot be cut apart. Bind a changed copy, or make and change the object in one cell.

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

The fix makes a new frame, and binds it to the same name.

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

What is made in the same cell, what is only bound anew, training a model, and modules.

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
"""

import ast
import re
from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.summary import Mutation
from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span

# Methods that change what they belong to, but that is what it is there for.
_METHOD = re.compile(r"[^=\n]*?\.(\w+)\s*\(")
_TRAINS = frozenset({"fit", "fit_transform", "partial_fit", "compile", "add_module", "add"})


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
        message = f"`{name}` was made in another cell, and is changed here"
        yield Flag(where, message, _fixes(view, change))


def _changes(view: CellView, change: Mutation) -> bool:
    """Say whether a method changes a container; layers and models are built step by step."""
    method = _METHOD.match(view.code.code, change.end)
    return method is None or method[1] not in _TRAINS


def _fixes(view: CellView, change: Mutation) -> Sequence[Fix]:
    """Return `frame = frame.assign(column=…)` for `frame["column"] = …`."""
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
                return fix("Bind a new frame", "unsafe", view.edit(node, text))
            case _:
                pass
    return ()


RULE = Rule("NBD004", "cross-cell-mutation", "info", default=False, cell=_check)
