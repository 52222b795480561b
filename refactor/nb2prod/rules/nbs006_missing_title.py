"""The notebook has no title.

A heading of the first level says what the notebook is about: to its readers, to the search, to
tools that make a page or a project of it. It is looked for in the Markdown cells before the code,
and in the first `opening-cells` Markdown cells. A heading of another level will do, where the
notebook begins with it and it stands above all others.

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

- Pynblint: missing-h1-MD-heading, which takes none of these for a title
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.markdown import full, headings
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    if not view.code or "title" in view.notebook.metadata:
        return
    first = view.code[0][0].index
    prose = [cell for cell in view.cells if cell.kind == "markdown"]
    opening = [c for i, c in enumerate(prose) if c.index < first or i < view.limits.opening_cells]
    titled = any(level == 1 for cell in opening for level, _ in headings(cell.source))
    if not titled and not _opens_with_title(view):
        yield Flag(None, "no title: no Markdown heading of the first level at the beginning")


def _opens_with_title(view: NotebookView) -> bool:
    """Say whether the notebook begins with a heading that stands above all others in it."""
    opening, *others = full(view.cells)
    if opening.kind != "markdown":
        return False
    first = [level for level, _ in headings(opening.source)]
    rest = [level for c in others if c.kind == "markdown" for level, _ in headings(c.source)]
    return bool(first) and first.count(min(first)) == 1 and min(first) < min(rest, default=7)


RULE = Rule(
    "NBS006",
    "missing-title",
    "info",
    aliases=("missing-h1-MD-heading",),
    notebook=_check,
    looks_at=("file", "blank", "prose"),
)
