"""Notebooks without a conclusion.

Readers in a hurry read the beginning and the end. Text that says what was found is expected in the
last `closing-cells` cells.

## Flagged

```python
# %% [markdown]
# Who leaves, and why?
# %%
a = 1
# %%
b = 2
# %%
c = 3
```

## Not flagged

```python
# %%
a = 1
# %% [markdown]
# Those who wait too long for an answer leave.
```

## References

- Pynblint: missing-closing-MD-text
- Julynter: c5
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.markdown import has_prose, non_empty
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    cells = non_empty(view.cells)
    closing = cells[max(0, len(cells) - view.limits.closing_cells) :]
    if view.code and not any(c.kind == "markdown" and has_prose(c.source) for c in closing):
        yield Flag(None, "the notebook has no conclusion; end with text that says what was found")


RULE = notebook_rule(
    _check,
    "info",
    default=False,
    aliases=("missing-closing-MD-text", "c5"),
    looks_at=("file", "blank", "prose"),
)
