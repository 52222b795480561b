"""Names that the notebook does not define anywhere.

The cell that defined the name was changed or deleted while the kernel still remembered it. After a
restart, the notebook stops here with a `NameError`.

## Flagged

```python
# %%
import numpy as np
# %%
print(np.mean(scores))  # flagged
```

For names with a conventional import, such as `pd`, the fix adds that import.

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

The names that IPython provides, names that magics bind, and any name that may be defined out of
sight: by a star import, `%run`, `exec` or a cell that is not Python.

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

## Fix safety

The fix is unsafe: the name may have meant something other than its conventional import.

## References

- Julynter: h5, h6, which need a running kernel
- ruff: F821, which misses the names bound by `%time x = …`, `%%capture x` or `%%sql x <<`
"""

from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Fix
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, fix, replace_in
from nb2prod.rules.shared.ambient import USUAL_IMPORTS
from nb2prod.rules.shared.order import Missing, uses_of_missing
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    for name, missing, use in view.of_cell(uses_of_missing, cell.index):
        if missing == Missing(cell.index, None):
            message = f"`{name}` is not defined anywhere in the notebook; define or import it"
            yield Flag(Span(use.start, use.end), message, _fixes(view, name), cell.index)


def _fixes(view: NotebookView, name: str) -> Sequence[Fix]:
    line = USUAL_IMPORTS.get(name)
    place = view.fact(_first_import) if line else None
    if place is None:
        return ()
    cell, at = place
    return fix(f"Add `{line}`", "unsafe", replace_in(cell, Span(at, at), f"{line}\n"))


def _first_import(view: NotebookView, _: str) -> tuple[int, int] | None:
    """Return the cell of the notebook's first import, and the offset of its line."""
    for cell, summary in view.importing:
        if not any(m.kind == "cell" for m in summary.magics):
            at = min(item.statement[0] for item in summary.imports)
            at = cell.source.rfind("\n", 0, at) + 1
            return None if summary.imports[0].depth else (cell.index, at)
    return None


RULE = cross_cell_rule(_check, "error", aliases=("undefined-on-restart",))
