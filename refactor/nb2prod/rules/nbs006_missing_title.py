"""Notebooks without a title.

A level-1 heading tells what the notebook is about: to readers, to search engines, and to tools that
turn the notebook into a page or a project. It is expected in the Markdown cells above the code or
in the first `opening-cells` Markdown cells. A heading of another level counts if the notebook
begins with it and all other headings are below that level.

## Flagged

```python
# %% [markdown]
# Some words, but no title
# %%
a = 1
```

```python
# %% [markdown]
# ## Load the data
# %%
a = 1
# %% [markdown]
# ## Train
```

## Not flagged

```python
# %% [markdown]
# # C# for the impatient
# %%
a = 1
```

```python
# %% [markdown]
# Churn of customers
# ==================
# %%
a = 1
```

```python
# %% [markdown]
# <h1 align="center">Churn</h1>
# %%
a = 1
```

```python
# %% [markdown]
# ## Churn
# %%
a = 1
# %% [markdown]
# ### Load the data
# ---
```

## References

- Pynblint: missing-h1-MD-heading, which accepts none of these titles
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.markdown import headings, non_empty
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if not view.code or "title" in view.notebook.metadata:
        return
    first = view.code[0][0].index
    prose = [cell for cell in view.cells if cell.kind == "markdown"]
    opening = [c for i, c in enumerate(prose) if c.index < first or i < view.limits.opening_cells]
    titled = any(level == 1 for cell in opening for level, _ in headings(cell.source))
    if not titled and not _opens_with_title(view):
        yield Flag(None, "the notebook has no title; begin with a Markdown heading of level 1")


def _opens_with_title(view: NotebookView) -> bool:
    """Return whether the notebook begins with a heading of a higher level than all others."""
    opening, *others = non_empty(view.cells)
    if opening.kind != "markdown":
        return False
    first = [level for level, _ in headings(opening.source)]
    rest = [level for c in others if c.kind == "markdown" for level, _ in headings(c.source)]
    return bool(first) and first.count(min(first)) == 1 and min(first) < min(rest, default=7)


RULE = notebook_rule(
    _check, "info", aliases=("missing-h1-MD-heading",), looks_at=("file", "blank", "prose")
)
