"""The notebook does not begin with words.

A few sentences at the beginning say what is asked, of which data, and what came out. They are
looked for in the first `opening-cells` cells.

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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.markdown import full, has_prose
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    opening = full(view.cells)[: view.limits.opening_cells]
    if view.code and not any(c.kind == "markdown" and has_prose(c.source) for c in opening):
        yield Flag(None, "no text at the beginning says what the notebook is about")


RULE = Rule(
    "NBS007",
    "no-opening-text",
    "info",
    default=False,
    aliases=("missing-opening-MD-text", "c4"),
    notebook=_check,
    looks_at=("file", "blank", "prose"),
)
