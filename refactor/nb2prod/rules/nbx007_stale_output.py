r"""Saved outputs that cannot come from the code above them.

The cell was changed after it was run: the notebook shows something that its code does not compute.
A finding is reported only if there is no doubt: a value is shown although the last statement has
none, or a traceback quotes a line that no longer exists. Run the cell again.

## Flagged

```python
# %% execution_count=1 result="42"
answer = 42  # flagged
# %% execution_count=2 result="42"
answer;  # flagged
# %% execution_count=3 error="ZeroDivisionError: <ipython-input-3-d3>\n----> 1 answer / 0"
answer / 1  # flagged
```

## Not flagged

Magics, which may display anything, and lines that IPython may be configured to display, in the
notebook or elsewhere. A semicolon in a comment hides nothing.

```python
# %% execution_count=1 result="42"
answer = 42
answer
# %% execution_count=2 result="files"
files = %sx ls
# %% execution_count=3 error="ZeroDivisionError: <ipython-input-3-d3>\n----> 1 answer / 0"
answer / 0
# %% execution_count=4 result="SVC()"
model.fit(rows, target)
answer = 42
# %% execution_count=5 result="42"
answer
#print(answer);
```

```python
# %% execution_count=1
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.ast_node_interactivity = "last_expr_or_assign"
# %% execution_count=2 result="42"
answer = 42
```

## Fix safety

The fix is unsafe: the outputs come from older code, so that no run brings them back.

## References

- Julynter: h2, which needs the kernel that ran the cell
"""

import ast
import re
from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Fix
from nb2prod.notebook.changes import ClearOutputs
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, fix
from nb2prod.rules.view import NotebookView

_ARROW = re.compile(r"^-+> ?(\d+) (.*)$", re.MULTILINE)
_OWN = re.compile(r"<ipython-input|ipykernel_|\bCell In")
_OPTION = "ast_node_interactivity"


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    kinds = {output.output_type for output in cell.outputs} if summary.code else set[str]()
    plain = not summary.magics and not summary.broken
    shown = "execute_result" in kinds and plain and not summary.shows
    if shown and not view.fact(_sets_display):
        if not _may_display(cell):
            message = "the output shows a value that the code does not display; run the cell again"
            yield Flag(None, message, _clear(cell), cell.index)
    elif "error" in kinds and (line := _missing_line(cell)):
        message = f"the error quotes a line that no longer exists, `{line:.60}`; run the cell again"
        yield Flag(None, message, _clear(cell), cell.index)


def _clear(cell: Cell) -> Sequence[Fix]:
    return fix("Clear the outputs", "unsafe", ClearOutputs(cell.index))


def _may_display(cell: Cell) -> bool:
    """Return whether a line above the last one is an expression, which IPython may display."""
    return any(isinstance(node, ast.Expr) for node in CodeCell(cell.source).body[:-1])


def _sets_display(view: NotebookView, _: str) -> bool:
    """Return whether the notebook sets which expressions IPython displays."""
    return any(_OPTION in cell.source for cell in view.notebook.code_cells)


def _missing_line(cell: Cell) -> str:
    """Return the first line that the traceback quotes from the cell, if the cell lacks it."""
    text = next(o.written() for o in cell.outputs if o.output_type == "error")
    arrow = _ARROW.search(text)
    if arrow is None or not _OWN.search(text[: arrow.start() + 1]):
        return ""
    line = arrow[2].strip()
    return "" if not line or line in cell.source else line


RULE = cross_cell_rule(_check, "warning", looks_at=("outputs",))
