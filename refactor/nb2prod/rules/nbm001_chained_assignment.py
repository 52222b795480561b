"""Assignments to the result of an index, which may be a copy.

`frame[rows]["column"] = value` first selects rows and then writes to the selection. pandas warns
about it (`SettingWithCopyWarning`), and from version 3 on never changes the original DataFrame. Use
a single `.loc`.

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

Assignments to possible nested dictionaries, and changes of the DataFrame itself.

```python
# %%
settings["model"]["depth"] = 3
frame.loc[frame["price"] < 0, "price"] = 0
grid[0][1] = 2
frame.fillna(0, inplace=True)
frame["price"] = frame["price"].fillna(0)
```

## Fix safety

The fix is unsafe: an assignment that had no effect on the DataFrame now changes it.

## References

- dslinter: W5502
- pandas: Copy-on-Write, chained assignment
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.knowledge import traits
from nb2prod.rules.nbm002_inplace import argument_span
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.shared.frames import inplace_argument, is_column_name, is_mask, takes_inplace
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span

_INDEXERS = frozenset({"indexers", "cell_indexers"})


def _check(view: CellView) -> Iterator[Flag]:
    targets = [t for node in view.code.nodes(ast.Assign) for t in node.targets]
    targets += [node.target for node in view.code.nodes(ast.AugAssign)]
    for target in targets:
        if isinstance(target, ast.Subscript) and _chained(target):
            message = "this may change a copy instead of the DataFrame; use a single `.loc`"
            yield Flag(target, message, _fixes(view, target))
    alone = {id(node.value) for node in view.code.nodes(ast.Expr)}
    for call in view.code.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Subscript(slice=index) as column, attr=method) if (
                is_column_name(index)
                and takes_inplace(method)
                and (keyword := inplace_argument(call))
            ):
                message = f"`{method}` may change a copy of the column; assign the result instead"
                fixes = _assign_result(view, call, column, keyword) if id(call) in alone else ()
                yield Flag(call, message, fixes)
            case _:
                pass


def _assign_result(
    view: CellView, call: ast.Call, column: ast.Subscript, keyword: ast.keyword
) -> Sequence[Fix]:
    """Return the fix that assigns the result to the column."""
    start, text = view.code.span(call).start, view.code.text(column)
    name = view.edit(Span(start, start), f"{text} = ")
    removal = view.edit(argument_span(view, call, keyword), "")
    return fix("Assign the result to the column", "unsafe", name, removal)


def _is_indexer(name: str) -> bool:
    return not _INDEXERS.isdisjoint(traits.of_method(name))


def _chained(target: ast.Subscript) -> bool:
    match target.value:
        case ast.Attribute(value=ast.Subscript(slice=inner), attr=indexer) if _is_indexer(indexer):
            return is_column_name(inner) or is_mask(inner)
        case ast.Subscript(value=base, slice=inner):
            if isinstance(base, ast.Attribute) and _is_indexer(base.attr):
                return is_column_name(target.slice) or is_mask(target.slice)
            if isinstance(inner, ast.List):
                return bool(inner.elts) and all(map(is_column_name, inner.elts))
            if is_column_name(inner):
                return is_mask(target.slice)
            return is_mask(inner) and is_column_name(target.slice)
        case _:
            return False


def _fixes(view: CellView, target: ast.Subscript) -> Sequence[Fix]:
    match target.value:
        case ast.Subscript(value=ast.Name(id=name), slice=inner):
            pair = (inner, target.slice) if is_mask(inner) else (target.slice, inner)
        case _:
            return ()
    rows, column = (view.code.text(node) for node in pair)
    if not (is_mask(pair[0]) and is_column_name(pair[1])):
        return ()
    text = f"{name}.loc[{rows}, {column}]"
    return fix(f"Use `{name}.loc`", "unsafe", view.edit(target, text))


RULE = cell_rule(_check, "warning", aliases=("chained-index-assign",), words=("]",))
