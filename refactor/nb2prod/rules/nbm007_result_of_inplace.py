"""A method that changes its object in place is used for its result, which is None.

`frame = frame.drop("x", axis=1, inplace=True)` drops the column, and then loses the frame.

## Flagged

```python
# %%
frame = frame.drop("x", axis=1, inplace=True)  # flagged
first = frame.dropna(inplace=True).head()  # flagged
rows = [3, 1, 2]
rows = rows.sort()  # flagged
```

## Becomes

```python
# %%
frame = frame.drop("x", axis=1)
first = frame.dropna().head()
rows = [3, 1, 2]
rows.sort()
```

## Not flagged

```python
# %%
frame.drop("x", axis=1, inplace=True)
frame = frame.sort(columns="x")
rows.sort()
```
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.nbm002_inplace import without
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.shared.frames import INPLACE, given_inplace
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span


def _check(view: CellView) -> Iterator[Flag]:
    for node in view.code.nodes(ast.Assign, ast.Attribute):
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            method = call.func.attr
            if method in INPLACE and (keyword := given_inplace(call)):
                change = view.edit(without(view, call, keyword), "")
                fixes = fix("Take `inplace=True` away", "unsafe", change)
                yield Flag(call, f"`{method}` with `inplace=True` returns None", fixes)
    for node in view.code.nodes(ast.Assign):
        match node:
            case ast.Assign(
                [ast.Name(id=target)],
                ast.Call(
                    ast.Attribute(ast.Name(id=name), "sort" | "reverse" as method), []
                ) as call,
            ) if target == name and {k.arg for k in call.keywords} <= {"key", "reverse"}:
                yield Flag(call, f"`{method}` returns None", _in_place(view, node, call))
            case _:
                pass


def _in_place(view: CellView, node: ast.Assign, call: ast.Call) -> Sequence[Fix]:
    start, end = view.code.span(node).start, view.code.span(call).start
    return fix("Do not bind the result", "unsafe", view.edit(Span(start, end), ""))


RULE = Rule(
    "NBM007", "result-of-inplace", "error", cell=_check, words=("inplace", "sort", "reverse")
)
