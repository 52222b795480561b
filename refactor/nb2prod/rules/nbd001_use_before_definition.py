"""Names that are used above the cell that defines them.

The notebook only worked because its cells were run in another order. Run from top to bottom, it
stops here with a `NameError`. Move the definition up.

## Flagged

```python
# %%
print(total)  # flagged
# %%
total = 10
```

## Not flagged

A function may use a name that is defined further down, as long as it is only called after that.
Names that magics bind count as defined.

```python
# %%
def show():
    print(total, elapsed)
# %%
%time total = sum(range(10))
# %%
%%capture elapsed
show()
# %%
try:
    later
except NameError:
    later = 1
# %%
later = 2
```

## References

- Julynter: h6, which needs a running kernel
- ruff: F821, for names that are not defined anywhere
- Amazon CodeGuru: notebook-invalid-execution-order
"""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Related
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.shared.order import uses_of_missing
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    for name, missing, use in view.of_cell(uses_of_missing, cell.index):
        binder = missing.bound_in
        if missing.cell != cell.index or binder is None:
            continue
        where = "further down in this cell" if binder == cell.index else f"in cell {binder + 1}"
        message = f"`{name}` is used here but defined {where}; move the definition up"
        place = view.fact(first_bound, name)
        related = [Related(f"`{name}` is defined here", *place)] if place else []
        yield Flag(Span(use.start, use.end), message, (), cell.index, related)


def first_bound(view: NotebookView, name: str) -> tuple[int, int, int] | None:
    """Return the first binding of a name, as cell, start and end; a fact."""
    for cell in view.occurrences.binders.get(name, ()):
        for bind in view.summaries[cell].binds:
            if bind.name == name:
                return cell, bind.start, bind.end
    return None


RULE = cross_cell_rule(_check, "error")
