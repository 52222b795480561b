"""An assignment goes to what an index has returned, perhaps a copy.

`frame[rows]["column"] = value` first takes rows out, then writes into what was taken out. pandas
warns (`SettingWithCopyWarning`), and since version 3 never changes the frame. Use one `.loc`.

## Flagged

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
frame[frame["price"] < 0]["price"] = 0  # flagged
frame["price"][frame["price"] > 100] = 100  # flagged
```

## Becomes

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
frame.loc[frame["price"] < 0, "price"] = 0
frame.loc[frame["price"] > 100, "price"] = 100
```

## Flagged

```python
# %%
frame["price"].loc[3] = 0  # flagged
frame[["price", "tax"]]["tax"] = 0  # flagged
```

```python
# %%
frame["price"].fillna(0, inplace=True)  # flagged
```

## Becomes

```python
# %%
frame["price"] = frame["price"].fillna(0)
```

## Not flagged

What may be a dictionary of dictionaries, and what changes the frame itself.

```python
# %%
settings["model"]["depth"] = 3
frame.loc[frame["price"] < 0, "price"] = 0
grid[0][1] = 2
frame.fillna(0, inplace=True)
frame["price"] = frame["price"].fillna(0)
```

## References

- dslinter: W5502
- pandas: Copy-on-Write, chained assignment
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.nbm002_inplace import without
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.shared.frames import INPLACE, given_inplace, is_condition, is_text
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span

_INDEXERS = frozenset({"loc", "iloc", "at", "iat"})


def _check(view: CellView) -> Iterator[Flag]:
    targets = [t for node in view.code.nodes(ast.Assign) for t in node.targets]
    targets += [node.target for node in view.code.nodes(ast.AugAssign)]
    for target in targets:
        if isinstance(target, ast.Subscript) and _chained(target):
            message = "this may change a copy, and not the frame: use one `.loc`"
            yield Flag(target, message, _fixes(view, target))
    alone = {id(node.value) for node in view.code.nodes(ast.Expr)}
    for call in view.code.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Subscript(slice=index) as column, attr=method) if (
                is_text(index) and method in INPLACE and (keyword := given_inplace(call))
            ):
                message = f"`{method}` may change a copy of the column, and not the frame"
                fixes = _assigned(view, call, column, keyword) if id(call) in alone else ()
                yield Flag(call, message, fixes)
            case _:
                pass


def _assigned(
    view: CellView, call: ast.Call, column: ast.Subscript, keyword: ast.keyword
) -> Sequence[Fix]:
    """Return the assignment of the result to the column."""
    start, text = view.code.span(call).start, view.code.text(column)
    name = view.edit(Span(start, start), f"{text} = ")
    gone = view.edit(without(view, call, keyword), "")
    return fix("Assign the result to the column", "unsafe", name, gone)


def _chained(target: ast.Subscript) -> bool:
    match target.value:
        case ast.Attribute(value=ast.Subscript(slice=inner), attr=indexer) if indexer in _INDEXERS:
            return is_text(inner) or is_condition(inner)
        case ast.Subscript(value=base, slice=inner):
            if isinstance(base, ast.Attribute) and base.attr in _INDEXERS:
                return is_text(target.slice) or is_condition(target.slice)
            if isinstance(inner, ast.List):
                return bool(inner.elts) and all(map(is_text, inner.elts))
            if is_text(inner):
                return is_condition(target.slice)
            return is_condition(inner) and is_text(target.slice)
        case _:
            return False


def _fixes(view: CellView, target: ast.Subscript) -> Sequence[Fix]:
    match target.value:
        case ast.Subscript(value=ast.Name(id=name), slice=inner):
            pair = (inner, target.slice) if is_condition(inner) else (target.slice, inner)
        case _:
            return ()
    rows, column = (view.code.text(node) for node in pair)
    if not (is_condition(pair[0]) and is_text(pair[1])):
        return ()
    text = f"{name}.loc[{rows}, {column}]"
    return fix(f"Use `{name}.loc`: it does change the frame", "unsafe", view.edit(target, text))


RULE = Rule(
    "NBM001",
    "chained-assignment",
    "warning",
    aliases=("chained-index-assign",),
    cell=_check,
    words=("]",),
)
