r"""A saved output cannot come from the code above it.

The cell was changed after it was run, and not run again: the notebook shows what its code does not
compute. It is said only where it is certain: a value is shown, but the last statement has none;
or the trace of an error quotes a line that is not there any more.

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

Magics may show what they like, and so may all lines where that is set, perhaps elsewhere. A
semicolon in a comment hides nothing.

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
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import NotebookView

_ARROW = re.compile(r"^-+> ?(\d+) (.*)$", re.MULTILINE)
_OWN = re.compile(r"<ipython-input|ipykernel_|\bCell In")
_OPTION = "ast_node_interactivity"


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    kinds = {output.output_type for output in cell.outputs} if summary.code else set[str]()
    plain = not summary.magics and not summary.broken
    shown = "execute_result" in kinds and plain and not summary.shows
    if shown and not view.fact(_shows_all):
        if not _may_show(cell):
            message = "the output shows a value, but the code has none to show"
            yield Flag(None, message, _clear(cell), cell.index)
    elif "error" in kinds and (line := _gone(cell)):
        message = f"the error quotes a line that is not there any more: `{line:.60}`"
        yield Flag(None, message, _clear(cell), cell.index)


def _clear(cell: Cell) -> Sequence[Fix]:
    return fix("Clear the outputs", "unsafe", ClearOutputs(cell.index))


def _may_show(cell: Cell) -> bool:
    """Say whether a cell shows values where IPython's settings say that every line does."""
    return any(isinstance(node, ast.Expr) for node in CodeCell(cell.source).body[:-1])


def _shows_all(view: NotebookView, _: str) -> bool:
    """Say whether the notebook asks for the values of all expressions to be shown."""
    return any(_OPTION in cell.source for cell in view.notebook.code_cells)


def _gone(cell: Cell) -> str:
    """Return the line of the cell that a trace quotes first, if the cell does not have it."""
    text = next(o.written() for o in cell.outputs if o.output_type == "error")
    arrow = _ARROW.search(text)
    if arrow is None or not _OWN.search(text[: arrow.start() + 1]):
        return ""
    line = arrow[2].strip()
    return "" if not line or line in cell.source else line


RULE = Rule("NBX007", "stale-output", "warning", among=_check, looks_at=("outputs",))
