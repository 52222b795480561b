"""Notebooks without an introduction.

A few sentences at the beginning state the question, the data and the result. They are expected in
the first `opening-cells` cells.

## Flagged

```python
# %% [markdown]
# # Churn
# %%
a = 1
```

## Not flagged

```python
# %% [markdown]
# # Churn
# Who leaves, and why?
# %%
a = 1
```

## References

- Pynblint: missing-opening-MD-text
- Julynter: c4
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.markdown import has_prose, non_empty
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    opening = non_empty(view.cells)[: view.limits.opening_cells]
    if view.code and not any(c.kind == "markdown" and has_prose(c.source) for c in opening):
        yield Flag(None, "the notebook has no introduction; begin with a few sentences of text")


RULE = notebook_rule(
    _check,
    "info",
    default=False,
    aliases=("missing-opening-MD-text", "c4"),
    looks_at=("file", "blank", "prose"),
)
