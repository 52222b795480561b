"""Packages that are imported under an unusual alias.

Everyone recognises `pd`, and code copied from elsewhere works unchanged. Use the conventional
alias.

## Flagged

```python
# %%
import pandas as p  # flagged
import numpy as n  # flagged
frame = p.DataFrame(n.eye(2))
# %%
def load():
    return p.read_csv("prices.csv")
```

## Becomes

```python
# %%
import pandas as pd
import numpy as np
frame = pd.DataFrame(np.eye(2))
# %%
def load():
    return pd.read_csv("prices.csv")
```

## Not flagged

Conventional aliases, and imports without an alias.

```python
# %%
import pandas as pd
import numpy
import seaborn as sns
import matplotlib as mpl
import matplotlib.pyplot as plt
import tensorflow as tf
```

## Fix safety

The fix is safe unless a cell that mentions the alias has magics, or something in the notebook may
use any name; then it is unsafe.

## References

- dslinter: C5501 to C5506
- ruff: ICN001
"""

import ast
from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.analysis.names.summary import Import
from nb2prod.finding import Fix, Safety
from nb2prod.notebook.changes import Change
from nb2prod.rules.rule import Flag, notebook_rule, replace_in
from nb2prod.rules.shared.ambient import is_ambient
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

_USUAL = {
    "numpy": "np",
    "pandas": "pd",
    "matplotlib.pyplot": "plt",
    "matplotlib": "mpl",
    "seaborn": "sns",
    "tensorflow": "tf",
    "plotly.express": "px",
    "plotly.graph_objects": "go",
    "networkx": "nx",
    "altair": "alt",
    "polars": "pl",
    "statsmodels.api": "sm",
    "torch.nn.functional": "F",
    "geopandas": "gpd",
    "xarray": "xr",
    "lightgbm": "lgb",
    "xgboost": "xgb",
}


def _check(view: NotebookView) -> Iterator[Flag]:
    for cell, summary in view.importing:
        for item in summary.imports:
            usual = _USUAL.get(item.target)
            if usual is None or item.name == usual or item.from_module or item.explicit:
                continue
            if item.name == item.target.partition(".")[0]:
                continue  # imported without an alias
            message = f"`{item.target}` is imported as `{item.name}`; use the usual alias `{usual}`"
            fixes = _fixes(view, item, usual)
            yield Flag(Span(item.start, item.end), message, fixes, cell.index)


def _fixes(view: NotebookView, item: Import, usual: str) -> Sequence[Fix]:
    """Return the fix that renames the alias in all cells.

    There is none if the alias has another meaning somewhere, or the new name is taken.
    """
    taken = {b.name for _, s in view.code for b in s.binds} | {
        n for _, s in view.code for n in s.reads
    }
    same = [b for _, s in view.code for b in s.binds if b.name == item.name]
    if usual in taken or is_ambient(usual) or any(b.kind != "import" for b in same):
        return ()
    changes: list[Change] = []
    magics = False
    for cell, summary in view.code:
        if item.name not in cell.source:
            continue
        if summary.broken:
            return ()
        magics = magics or bool(summary.magics)
        code = CodeCell(cell.source)
        if any(node.arg == item.name for node in code.nodes(ast.arg)):
            return ()
        for name in code.nodes(ast.Name):
            if name.id == item.name:
                if not isinstance(name.ctx, ast.Load):
                    return ()
                changes.append(replace_in(cell.index, code.span(name), usual))
        for other in summary.imports:
            if other.name == item.name:
                if other.target != item.target:
                    return ()
                text = f"{item.target} as {usual}"
                changes.append(replace_in(cell.index, Span(other.start, other.end), text))
    safety: Safety = "safe" if view.complete and not magics else "unsafe"
    title = f"Rename `{item.name}` to `{usual}` in all cells"
    return (Fix(title, safety, tuple(changes)),)


RULE = notebook_rule(_check, "info")
