"""DataFrame methods called with `inplace=True`.

It saves no memory, prevents method chaining, and changes an object that other names and earlier
cells refer to. Assign the result instead.

## Flagged

```python
# %%
frame.dropna(inplace=True)  # flagged
```

## Becomes

```python
# %%
frame = frame.dropna()
```

## Not flagged

```python
# %%
frame = frame.dropna()
frame = frame.dropna(inplace=False)
```

## Fix safety

The fix is unsafe: other names that refer to the same object no longer see the change.

## References

- ruff: PD002
- pandas: PDEP-8, in-place methods
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.shared.frames import inplace_argument, takes_inplace
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span


def _check(view: CellView) -> Iterator[Flag]:
    alone = {id(s.value): s for s in view.code.nodes(ast.Expr)}
    for call in view.code.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=receiver, attr=method) if takes_inplace(method):
                keyword = inplace_argument(call)
                if keyword and id(call) in alone:
                    message = (
                        f"`{method}` changes the DataFrame in place; assign the result instead"
                    )
                    yield Flag(keyword, message, _fixes(view, call, receiver, keyword))
            case _:
                pass


def _fixes(
    view: CellView, call: ast.Call, receiver: ast.expr, keyword: ast.keyword
) -> Sequence[Fix]:
    if not isinstance(receiver, ast.Name):
        return ()
    start = view.code.span(call).start
    title = f"Assign the result to `{receiver.id}`"
    name = view.edit(Span(start, start), f"{receiver.id} = ")
    return fix(title, "unsafe", name, view.edit(argument_span(view, call, keyword), ""))


def argument_span(view: CellView, call: ast.Call, keyword: ast.keyword) -> Span:
    """Return the span of a keyword argument, with the comma that belongs to it."""
    span, code = view.code.span(keyword), view.code.code
    arguments = sorted(view.code.span(a).start for a in [*call.args, *call.keywords])
    at = arguments.index(span.start)
    if at:
        start = code.rfind(",", 0, span.start)
        return Span(start, span.end)
    return Span(span.start, arguments[1] if len(arguments) > 1 else span.end)


RULE = cell_rule(_check, "info", default=False, words=("inplace",))
