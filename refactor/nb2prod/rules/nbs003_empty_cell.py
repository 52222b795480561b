"""A cell is empty.

It says nothing and stands in the way.

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

A cell with a comment says something, and one between two Markdown cells is left to the reader, who
is asked to write into it.

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

## References

- Pynblint: empty-cells, which does not see cells of blanks, nor those that were run
- Julynter: c3
- marimo: MF004
"""

from collections.abc import Iterator

from nb2prod.notebook.changes import RemoveCell
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.shared.markdown import left_to_reader
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    left = left_to_reader(view.cells)
    for cell in view.cells:
        if cell.source.strip() or cell.index in left:
            continue
        bare = not cell.tags and not cell.outputs and "attachments" not in cell.metadata
        remove = fix("Remove the cell", "safe" if bare else "unsafe", RemoveCell(cell.index))
        yield Flag(None, "the cell is empty", remove if len(view.cells) > 1 else (), cell.index)


RULE = Rule(
    "NBS003",
    "empty-cell",
    "info",
    aliases=("empty-cells", "c3"),
    notebook=_check,
    looks_at=("file", "blank", "outputs"),
)
