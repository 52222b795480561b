"""A name is used that nothing in the notebook defines.

The cell that defined it was changed or deleted while the kernel still knew the name. After a
restart the notebook stops here with a `NameError`.

## Flagged

```python
# %%
import numpy as np
# %%
print(np.mean(scores))  # flagged
```

The usual imports are offered as a fix.

```python
# %%
import numpy as np
# %%
frame = pd.DataFrame(np.eye(2))  # flagged
```

## Becomes

```python
# %%
import pandas as pd
import numpy as np
# %%
frame = pd.DataFrame(np.eye(2))
```

## Not flagged

Names of IPython, names that magics bind, and all names behind something that may define any:
a star import, `%run`, `exec`, a cell that is not Python.

```python
# %%
%time rows = list(range(10))
files = !ls
display(rows, files, _, In[-1])
# %%
%%sql result <<
select 1
# %%
result.DataFrame()
# %%
%%timeit squares = [x * x for x in rows]
sum(squares)
# %%
[row for row in rows if (double := 2 * row)]
print(double)
# %%
%run helpers.ipynb
prepare(rows)
```

## References

- Julynter: h5, h6, which need a running kernel
- ruff: F821, which does not see what `%time x = …`, `%%capture x` or `%%sql x <<` bind
"""

from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Fix
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, Rule, fix, replace_in
from nb2prod.rules.shared.ambient import USUAL_IMPORTS
from nb2prod.rules.shared.order import Missing, uses_of_missing
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    for name, missing, use in view.of_cell(uses_of_missing, cell.index):
        if missing == Missing(cell.index, None):
            message = f"`{name}` is not defined anywhere in the notebook"
            yield Flag(Span(use.start, use.end), message, _fixes(view, name), cell.index)


def _fixes(view: NotebookView, name: str) -> Sequence[Fix]:
    line = USUAL_IMPORTS.get(name)
    place = view.fact(_home) if line else None
    if place is None:
        return ()
    cell, at = place
    return fix(f"Add `{line}`", "unsafe", replace_in(cell, Span(at, at), f"{line}\n"))


def _home(view: NotebookView, _: str) -> tuple[int, int] | None:
    """Return the cell and the offset at which the first import of the notebook stands."""
    for cell, summary in view.importing:
        if not any(m.kind == "cell" for m in summary.magics):
            at = min(item.statement[0] for item in summary.imports)
            at = cell.source.rfind("\n", 0, at) + 1
            return None if summary.imports[0].depth else (cell.index, at)
    return None


RULE = Rule("NBD002", "undefined-name", "error", aliases=("undefined-on-restart",), among=_check)
