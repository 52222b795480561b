"""Functions, methods and arguments that a library has removed.

The notebook fails with current versions of the library. Use the replacement, or pin the old
version, with its old bugs.

## Flagged

```python
# %%
import numpy as np
import pandas as pd
from sklearn.cross_validation import train_test_split  # flagged
from sklearn.datasets import load_boston  # flagged
count = np.int(3)  # flagged
missing = np.NaN  # flagged
first = frame.ix[0]  # flagged
frame = frame.append(row, ignore_index=True)  # flagged
frame = frame.fillna(method="ffill")  # flagged
```

If another name can take its place unchanged, the fix uses that name.

```python
# %%
import numpy as np
missing = np.NaN  # flagged
count = np.int(3)  # flagged
```

## Becomes

```python
# %%
import numpy as np
missing = np.nan
count = int(3)
```

## Not flagged

Names that only look the same, and fallbacks for old versions.

```python
# %%
import numpy as np
import tensorflow.compat.v1 as tf
from sklearn.model_selection import train_test_split
count = np.int64(3)
rows.append(3)
frame = frame.fillna(0)
box = tf.placeholder(tf.float32)
frame.loc[0]
try:
    from collections import Mapping
except ImportError:
    from collections.abc import Mapping
```

## Fix safety

The fix is unsafe: the replacement may not exist in the old version that the notebook runs with.

## References

- NumPy 2.0 migration guide
- pandas, scikit-learn, SciPy: release notes
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.shared.deprecations import ARGUMENTS, METHODS, NAMES, Removal
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span

_LAST = frozenset(name.rpartition(".")[2] for name in NAMES)
_ROOTS = frozenset(name.partition(".")[0] for name in NAMES)
_KEYWORDS = frozenset(name.partition(".")[2] for name in ARGUMENTS)
_CALLED = frozenset(name.partition(".")[0] for name in ARGUMENTS)


def _check(view: CellView) -> Iterator[Flag]:
    for item in view.code.summary.imports:
        removal = _removal(item.target)
        if removal and not item.depth and item.target.partition(".")[0] in _ROOTS:
            yield Flag(Span(item.start, item.end), _message(item.target, removal))
    for node in view.code.nodes(ast.Attribute):
        if node.attr in _LAST:
            name = view.dotted(node)
            removal = NAMES.get(name or "")
            if name and removal:
                yield Flag(node, _message(name, removal), _fixes(view, node, removal))
        elif node.attr in METHODS and view.dotted(node) is None and isinstance(node.ctx, ast.Load):
            yield Flag(node, _message(f".{node.attr}", METHODS[node.attr]))
    if any(keyword.arg in _KEYWORDS for keyword in view.code.nodes(ast.keyword)):
        for call in view.code.nodes(ast.Call):
            yield from _arguments(view, call)


def _removal(target: str) -> Removal | None:
    """Return the removal of a name, or of a module that contains it."""
    while target:
        if target in NAMES:
            return NAMES[target]
        target = target.rpartition(".")[0]
    return None


def _arguments(view: CellView, call: ast.Call) -> Iterator[Flag]:
    match call.func:
        case ast.Attribute(attr=called) | ast.Name(id=called):
            pass
        case _:
            return
    if called not in _CALLED:
        return
    for keyword in call.keywords:
        if removal := ARGUMENTS.get(f"{called}.{keyword.arg}"):
            span = view.code.span(keyword)
            where = Span(span.start, span.start + len(keyword.arg or ""))
            yield Flag(where, _message(f"{called}({keyword.arg}=…)", removal))


def _message(name: str, removal: Removal) -> str:
    if removal.instead == "nothing":
        return f"`{name}` was removed in {removal.since} without a replacement"
    instead = f"`{removal.instead}`" if removal.drop_in else removal.instead
    return f"`{name}` was removed in {removal.since}; use {instead}"


def _fixes(view: CellView, node: ast.Attribute, removal: Removal) -> Sequence[Fix]:
    """Return the fix that uses another name of the same module, or a built-in name."""
    module, _, last = removal.instead.rpartition(".")
    if not removal.drop_in or (module and view.dotted(node.value) != module):
        return ()
    if not module and last not in {"int", "float", "complex", "object", "str"}:
        return ()
    text = f"{view.code.text(node.value)}.{last}" if module else last
    return fix(f"Use `{text}`", "unsafe", view.edit(node, text))


RULE = cell_rule(_check, "warning", tags=("deprecated",))
