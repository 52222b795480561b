"""A notebook has too many cells.

Nobody keeps a hundred cells in mind. Move what is finished into modules, or cut the notebook
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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    count = sum(1 for cell in view.cells if cell.source.strip())
    if count > view.limits.max_cells:
        yield Flag(None, f"{count} cells, more than {view.limits.max_cells}")


RULE = Rule("NBS002", "notebook-too-long", "info", notebook=_check, looks_at=("file", "blank"))
