"""Notebooks with much code and little text.

A notebook explains what was done and why; without the why, it is a script in pieces. The limit is
`min-markdown-ratio`, the number of Markdown cells for each code cell.

## Flagged

```python
# %%
a = 1
# %%
b = 2
```

## Not flagged

```python
# %% [markdown]
# We begin with two numbers.
# %%
a = 1
# %%
b = 2
```

## References

- Pynblint: too-few-MD-cells
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.shared.markdown import non_empty
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    prose = sum(1 for cell in non_empty(view.cells) if cell.kind == "markdown")
    code = len(view.code)
    if code and prose / code < view.limits.min_markdown_ratio:
        cells = f"{prose} Markdown cell{'' if prose == 1 else 's'}"
        code_cells = f"{code} code cell{'' if code == 1 else 's'}"
        message = f"the notebook has {cells} for {code_cells}; add explanations"
        yield Flag(None, message)


RULE = notebook_rule(
    _check,
    "info",
    default=False,
    aliases=("too-few-MD-cells",),
    looks_at=("file", "blank", "prose"),
)
