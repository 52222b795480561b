"""Two cells need each other.

One reads what the other binds, and the other way round. In a fresh kernel neither can be run
first, in whatever order they stand; it worked because one of them was changed after it was run.
Take apart what is in them.

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

A cell that only stands too far down can be moved: NBD001 says so.

```python
# %%
print(total)
# %%
total = 1
```

## References

- marimo: MB003
"""

from collections.abc import Iterator, Mapping

from nb2prod.rules.order import bound_names, missing_names
from nb2prod.rules.rule import Flag, NotebookView, Rule
from nb2prod.source import Span


def _check(view: NotebookView) -> Iterator[Flag]:
    missing = [m for m in missing_names(view) if m.bound_in is not None and m.bound_in > m.cell]
    if not missing:
        return
    readers = _readers(view)
    for m in missing:
        assert m.bound_in is not None
        if m.bound_in in _reached(m.cell, readers):
            message = (
                f"`{m.use.name}` comes from cell {m.bound_in + 1}, which needs what is bound here"
            )
            yield Flag(Span(m.use.start, m.use.end), message, cell=m.cell)


def _readers(view: NotebookView) -> Mapping[int, set[int]]:
    """Return for each cell the later ones that read what it was the last to bind."""
    readers: dict[int, set[int]] = {}
    binder: dict[str, int] = {}
    for cell, summary in view.code:
        for use in summary.needs:
            if use.name in binder:
                readers.setdefault(binder[use.name], set()).add(cell.index)
        binder |= dict.fromkeys(bound_names(summary), cell.index)
    return readers


def _reached(start: int, readers: Mapping[int, set[int]]) -> set[int]:
    reached: set[int] = set()
    todo = [start]
    while todo:
        for cell in readers.get(todo.pop(), ()):
            if cell not in reached:
                reached.add(cell)
                todo.append(cell)
    return reached


RULE = Rule("NBD006", "dependency-cycle", "error", notebook=_check)
