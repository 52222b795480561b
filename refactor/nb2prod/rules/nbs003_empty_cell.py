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

A cell with a comment says something.

```python
# %%
# To be continued
```

## References

- Pynblint: empty-cells, which does not see cells of blanks, nor those that were run
- Julynter: c3
- marimo: MF004
"""

from collections.abc import Iterator

from nb2prod.finding import RemoveCell
from nb2prod.rules.rule import Flag, NotebookView, Rule, fix


def _check(view: NotebookView) -> Iterator[Flag]:
    for cell in view.cells:
        if cell.source.strip():
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
