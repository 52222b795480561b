"""Notebooks with too many cells.

Nobody can keep a hundred cells in mind. Move finished code into modules, or split the notebook
where a new question begins. The limit is `max-cells`.

## Flagged

```python max-cells=2
# %%
a = 1
# %%
b = 2
# %%
c = 3
```

## Not flagged

```python max-cells=2
# %%
a = 1
# %%
b = 2
```

## References

- Pynblint: notebook-too-long
- databooks: max-cells
- Amazon CodeGuru: notebook-best-practice-violation
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    count = sum(1 for cell in view.cells if cell.source.strip())
    if count > view.limits.max_cells:
        message = f"the notebook has {count} cells (limit {view.limits.max_cells}); split it"
        yield Flag(None, message)


RULE = notebook_rule(_check, "info", looks_at=("file", "blank"))
