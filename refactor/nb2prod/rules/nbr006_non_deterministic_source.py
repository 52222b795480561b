"""Inputs that may change, or change their order, from run to run.

The order of `os.listdir` and `glob` depends on the disk, and the order of a set of strings on
Python's hash seed; today's date changes every day, and a file on a branch may be replaced. Sort the
files or the set, and keep a copy of external data.

## Flagged

```python
# %%
import glob, os
import pandas as pd
from datetime import datetime
for name in os.listdir("data"):  # flagged
    print(name)
files = glob.glob("data/*.csv")  # flagged
index = {word: i for i, word in enumerate(set(words))}  # flagged
classes = list(set(labels))  # flagged
ages = datetime.now().year - frame["born"]  # flagged
```

## Becomes

```python
# %%
import glob, os
import pandas as pd
from datetime import datetime
for name in sorted(os.listdir("data")):
    print(name)
files = sorted(glob.glob("data/*.csv"))
index = {word: i for i, word in enumerate(sorted(set(words)))}
classes = sorted(set(labels))
ages = datetime.now().year - frame["born"]
```

## Flagged

```python
# %%
import pandas as pd
frame = pd.read_csv("https://raw.githubusercontent.com/me/data/master/prices.csv")  # flagged
```

## Not flagged

Values that are sorted, counted or only displayed, and time measurements.

```python
# %%
import os
import pandas as pd
from datetime import datetime
files = sorted(name for name in os.listdir("data"))
print(len(os.listdir("data")), "x.csv" in os.listdir("data"), set(words))
os.listdir("data")
names = os.listdir("data")
names.sort()
start = datetime.now()
print(datetime.now() - start)
many = len(list(set(labels)))
numbers = list(set(indices))
sha = "2f1b0c9d8e7a6f5b4c3d2e1f0a9b8c7d6e5f4a3b"
pd.read_csv("https://raw.githubusercontent.com/me/data/2f1b0c9d8e7a6f5b4c3d2e1f0a9b8c7d6e5f4a3b/a.csv")
```

## Fix safety

The fix is unsafe: it changes the order, and with it perhaps the results.
"""

import ast
import re
from collections.abc import Iterator
from typing import cast

from nb2prod.knowledge import traits
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView

# Functions whose result does not depend on the order.
_UNORDERED = "sorted len set frozenset sum min max any all print display Counter bool"
_ANY_ORDER = frozenset(_UNORDERED.split())
# Only strings change their order; a set counts as one of strings if its names suggest so.
_STRINGS = re.compile(
    r"'\w*(?:split|word|token|char|name|label|text|vocab|symptom|categor|tag|lower|strip|letter"
    r"|species|class|genre|countr|cit(?:y|ies)|str)\w*'",
    re.IGNORECASE,
)
_ORDERED = frozenset({"list", "tuple", "enumerate"})
_NOW = frozenset(
    f"{root}.{name}"
    for root in ("datetime.datetime", "datetime.date", "pandas.Timestamp", "pandas.datetime")
    for name in ("now", "today", "utcnow")
)
_BRANCH_URL = re.compile(
    r"https?://(?:raw\.githubusercontent\.com/[^/]+/[^/]+"
    r"|(?:www\.)?github\.com/[^/]+/[^/]+/(?:raw|blob))/(?:refs/heads/)?(?![0-9a-f]{40}/|refs/tags/)"
)


def _check(view: CellView) -> Iterator[Flag]:
    if not view.code.nodes(ast.Call):
        return
    parents = _parents(view)
    sorts = {_root(c.func) for c in view.code.nodes(ast.Call) if _method(c) == "sort"}
    for call in view.code.nodes(ast.Call):
        name = view.dotted(call.func) or ""
        if _is_listing(view, call, name) and not _is_order_irrelevant(call, parents, sorts):
            listed = view.code.text(call)
            change = view.edit(call, f"sorted({listed})")
            message = f"`{view.code.text(call.func)}` lists files in arbitrary order; sort them"
            yield Flag(call, message, fix("Sort the files", "unsafe", change))
        elif name in _NOW and _is_date(call, parents):
            yield Flag(call, "the result changes with today's date; use a fixed date")
        elif name.startswith("pandas.read_") and call.args and _names_branch(call.args[0]):
            message = "the file at this URL may change with its branch; use a commit or a copy"
            yield Flag(call.args[0], message)
        elif _lists_set(call) and not _is_order_irrelevant(call, parents, sorts):
            yield from _set_flag(view, call)


def _parents(view: CellView) -> dict[int, ast.AST]:
    return {
        id(child): node
        for statement in view.code.body
        for node in ast.walk(statement)
        for child in ast.iter_child_nodes(node)
    }


def _is_listing(view: CellView, call: ast.Call, name: str) -> bool:
    if "lists_folder" in traits.of_function(name):
        return True
    match call.func:
        case ast.Attribute(value=ast.Call(func=maker), attr=method):
            lists = "lists_folder" in traits.of_function(f"pathlib.Path.{method}")
            return lists and view.dotted(maker) == "pathlib.Path"
        case _:
            return False


def _is_order_irrelevant(node: ast.AST, parents: dict[int, ast.AST], sorts: set[str]) -> bool:
    """Return whether the use of a value does not depend on its order."""
    parent = parents.get(id(node))
    while isinstance(parent, ast.comprehension | ast.GeneratorExp | ast.ListComp | ast.Call):
        if isinstance(parent, ast.Call) and node is not parent.func:
            if isinstance(parent.func, ast.Name) and parent.func.id in _ANY_ORDER:
                return True
            if not (isinstance(parent.func, ast.Name) and parent.func.id in _ORDERED):
                return False
        if isinstance(parent, ast.SetComp):
            return True
        node, parent = parent, parents.get(id(parent))
    match parent:
        case ast.Expr() | ast.Compare() | ast.SetComp() | None:
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in sorts
        case _:
            return False


def _lists_set(call: ast.Call) -> bool:
    match call:
        case ast.Call(
            func=ast.Name(id=maker),
            args=[ast.Call(func=ast.Name(id="set"), args=[elements])],
            keywords=[],
        ):
            return maker in _ORDERED and bool(_STRINGS.search(ast.dump(elements)))
        case _:
            return False


def _set_flag(view: CellView, call: ast.Call) -> Iterator[Flag]:
    inner = call.args[0]
    text = f"sorted({view.code.text(inner)})"
    whole = isinstance(call.func, ast.Name) and call.func.id == "list"
    change = view.edit(call if whole else inner, text)
    message = "a set of strings has a different order on every run; sort it"
    yield Flag(call, message, fix("Sort the set", "unsafe", change))


def _is_date(call: ast.Call, parents: dict[int, ast.AST]) -> bool:
    """Return whether a calculation uses the current year, month or day."""
    part = parents.get(id(call))
    if not isinstance(part, ast.Attribute) or part.attr not in {"year", "month", "day"}:
        return False
    return isinstance(parents.get(id(part)), ast.BinOp)


def _names_branch(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(_BRANCH_URL.match(str(node.value)))


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _root(node: ast.expr) -> str:
    value = cast("ast.Attribute", node).value
    return value.id if isinstance(value, ast.Name) else ""


RULE = cell_rule(
    _check,
    "info",
    words=("listdir", "scandir", "glob", "iterdir", "(set(", "now()", "today()", "://"),
)
