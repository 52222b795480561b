"""Cells that depend on each other.

Each cell reads a name that the other one binds, so that neither can run first in a fresh kernel,
whatever their order. The notebook worked because one of them was changed after it had been run.
Split the cells so that each name is bound before it is read.

## Flagged

```python
# %%
total = 1
# %%
share = part / total  # flagged
# %%
part = share * total
```

## Not flagged

A cell that is only too far down can be moved; NBD001 reports it.

```python
# %%
print(total)
# %%
total = 1
```

Cells do not form a cycle if an earlier cell binds one of the names too: the last cell can be moved
up.

```python
# %%
rate = 1.19
# %%
rate = 1 + percent / 100
# %%
percent = 7
print(rate)
```

## References

- marimo: MB003
"""

from collections.abc import Iterator, Mapping

from nb2prod.analysis.names.index import bound_names
from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Related
from nb2prod.notebook.model import Cell
from nb2prod.rules.nbd001_use_before_definition import first_bound
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.shared.order import uses_of_missing
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span


def _check(view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    for name, missing, use in view.of_cell(uses_of_missing, cell.index):
        binder = missing.bound_in
        if binder is None or binder <= cell.index:
            continue
        if binder in _reachable(cell.index, view.fact(_readers)):
            message = (
                f"`{name}` comes from cell {binder + 1}, which depends on this cell; "
                "split them to break the cycle"
            )
            place = view.fact(first_bound, name)
            related = [Related(f"`{name}` is defined here", *place)] if place else []
            yield Flag(Span(use.start, use.end), message, (), cell.index, related)


def _readers(view: NotebookView, _: str) -> Mapping[int, set[int]]:
    """Return for each cell the later cells that read a name it was the first to bind; a fact.

    If several cells bind a name, the first one is enough, so that no cycle goes through the others.
    """
    readers: dict[int, set[int]] = {}
    binder: dict[str, int] = {}
    for cell, summary in view.code:
        for use in summary.needs:
            if use.name in binder:
                readers.setdefault(binder[use.name], set()).add(cell.index)
        binder = dict.fromkeys(bound_names(summary), cell.index) | binder
    return readers


def _reachable(start: int, readers: Mapping[int, set[int]]) -> set[int]:
    reached: set[int] = set()
    todo = [start]
    while todo:
        for cell in readers.get(todo.pop(), ()):
            if cell not in reached:
                reached.add(cell)
                todo.append(cell)
    return reached


RULE = cross_cell_rule(_check, "error")
