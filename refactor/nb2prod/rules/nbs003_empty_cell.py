"""Empty cells.

They say nothing and get in the way.

## Flagged

```python
# %%
a = 1
# %%

# %%
b = 2
```

## Becomes

```python
# %%
a = 1
# %%
b = 2
```

## Not flagged

Cells with a comment, and cells between two Markdown cells, which the reader is asked to fill in.

```python
# %%
# To be continued
```

```python
# %% [markdown]
# How many rows are there?
# %%
# %% [markdown]
# And how many of them are complete?
# %%
```

## Fix safety

The fix is safe for a cell without tags, outputs and attachments; otherwise it is unsafe. There is
none for the only cell of a notebook.

## References

- Pynblint: empty-cells, which misses cells of whitespace and cells that were run
- Julynter: c3
- marimo: MF004
"""

from collections.abc import Iterator

from nb2prod.notebook.changes import RemoveCell
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.shared.markdown import exercise_cells
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    exercises = exercise_cells(view.cells)
    for cell in view.cells:
        if cell.source.strip() or cell.index in exercises:
            continue
        bare = not cell.tags and not cell.outputs and "attachments" not in cell.metadata
        remove = fix("Remove the cell", "safe" if bare else "unsafe", RemoveCell(cell.index))
        fixes = remove if len(view.cells) > 1 else ()
        yield Flag(None, "the cell is empty; remove it", fixes, cell.index)


RULE = notebook_rule(
    _check,
    "info",
    aliases=("empty-cells", "c3"),
    looks_at=("file", "blank", "outputs"),
    tags=("unnecessary",),
)
