"""Results of methods that change their object in place and return None.

`frame = frame.drop("x", axis=1, inplace=True)` drops the column and then loses the DataFrame.
Either change the object in place, or use the result.

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

## Fix safety

The fix is unsafe: the name refers to the object instead of None, and code below may rely on None.
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.nbm002_inplace import argument_span
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.shared.frames import inplace_argument, takes_inplace
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span


def _check(view: CellView) -> Iterator[Flag]:
    for node in view.code.nodes(ast.Assign, ast.Attribute):
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            method = call.func.attr
            if takes_inplace(method) and (keyword := inplace_argument(call)):
                change = view.edit(argument_span(view, call, keyword), "")
                fixes = fix("Remove `inplace=True`", "unsafe", change)
                message = f"`{method}` returns None with `inplace=True`; remove the argument"
                yield Flag(call, message, fixes)
    for node in view.code.nodes(ast.Assign):
        match node:
            case ast.Assign(
                [ast.Name(id=target)],
                ast.Call(
                    ast.Attribute(ast.Name(id=name), "sort" | "reverse" as method), []
                ) as call,
            ) if target == name and {k.arg for k in call.keywords} <= {"key", "reverse"}:
                message = f"`{method}` returns None; call it without assigning the result"
                yield Flag(call, message, _in_place(view, node, call))
            case _:
                pass


def _in_place(view: CellView, node: ast.Assign, call: ast.Call) -> Sequence[Fix]:
    start, end = view.code.span(node).start, view.code.span(call).start
    return fix("Remove the assignment", "unsafe", view.edit(Span(start, end), ""))


RULE = cell_rule(_check, "error", words=("inplace", "sort", "reverse"))
