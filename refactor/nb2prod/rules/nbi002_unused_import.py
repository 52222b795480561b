"""Imports that are never used.

An unused import takes time, fails where the package is not installed, and misleads readers about
what the notebook does. Remove it.

## Flagged

```python
# %%
import os, sys  # flagged
import json  # flagged
from collections import (
    Counter,
    deque,  # flagged
)
# %%
!{sys.executable} -m pip list
Counter()
```

## Becomes

```python
# %%
import sys
from collections import (
    Counter,
)
# %%
!{sys.executable} -m pip list
Counter()
```

## Not flagged

Names mentioned in magics, shell lines or cells in other languages, imports with side effects, and
`import a as a`, which marks the import as intended.

```python
# %%
from __future__ import annotations
import numpy as np
import time
import re as re
from mpl_toolkits.mplot3d import Axes3D
from sklearn.experimental import enable_iterative_imputer
# %%
%%timeit
np.zeros(3)
# %%
%%cython
time.sleep(1)
```

Names mentioned in code that the notebook writes to a file.

```python
# %%
import os
# %%
%%writefile helper.py
print(os.getcwd())
```

## Fix safety

The fix is safe unless something in the notebook may use any name, such as `%run`, `exec` or a cell
that is not Python; then it is unsafe.

## References

- ruff: F401, whose fix removes the `sys` that `!{sys.executable}` needs
- Vespucci Linter
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nb2prod.analysis.names.summary import Import, Summary
from nb2prod.finding import Fix, Safety
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, replace_in, statement_lines
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

# Imported for a side effect: a projection, DataFrame methods, a switch, a theme.
_SIDE_EFFECTS = re.compile(
    r"(?:__future__|mpl_toolkits|sklearn\.experimental|hvplot|swifter|cufflinks|janitor|pyforest"
    r"|pandas_profiling|ydata_profiling|scienceplots|readline|pandas_bokeh|pandarallel|rich\.traceback"
    r"|tensorflow_text|tensorflow_addons|antigravity|this|google\.colab|seaborn_image|geopandas"
    r"|statsmodels\.tsa|rpy2\.ipython|sql|bamboolib|mitosheet|lux|dtale|pycaret|intel_extension\w*"
    r"|sklearnex|torch_directml|gym_\w+|pybullet_envs|unittest\.mock|autotime)(?:\.|$)"
)


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    statements = _by_statement(summary.imports)
    for item in summary.imports:
        if item.in_function or item.explicit or item.name in "_*" or view.fact(_used, item.name):
            continue
        if not _SIDE_EFFECTS.match(item.from_module or item.target):
            message = f"`{item.name}` is imported but not used; remove the import"
            where = Span(item.start, item.end)
            fixes = tuple(_fixes(view, cell, item, statements[item.statement]))
            yield Flag(where, message, fixes, cell.index)


def _used(view: NotebookView, name: str) -> bool:
    """Return whether a name is read, or mentioned in a magic or in code that is not Python."""
    return name in view.occurrences.reads or name in view.occurrences.mentions


def _by_statement(imports: Iterable[Import]) -> Mapping[tuple[int, int], Sequence[Import]]:
    statements: dict[tuple[int, int], list[Import]] = {}
    for item in imports:
        statements.setdefault(item.statement, []).append(item)
    return statements


def _fixes(view: NotebookView, cell: Cell, item: Import, same: Sequence[Import]) -> Iterator[Fix]:
    """Yield the fix of an import, given all imports of its statement in order."""
    if item.depth:
        return
    safety: Safety = "safe" if view.complete else "unsafe"
    if item.alone:
        statement = Span(*item.statement)
        removed = statement_lines(cell.source, statement)
        if removed == statement:
            return  # another statement shares the line
    else:
        at = bisect_left(same, item.start, key=lambda other: other.start)
        removed = Span(same[at - 1].end, item.end) if at else Span(item.start, same[1].start)
        if "#" in removed.text(cell.source):
            return  # the fix would also remove a comment
    change = replace_in(cell.index, removed, "")
    yield Fix(f"Remove the import of `{item.name}`", safety, (change,))


RULE = cross_cell_rule(_check, "warning", tags=("unnecessary", "imports"))
