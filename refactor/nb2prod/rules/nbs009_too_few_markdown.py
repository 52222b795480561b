"""There is much code and little text.

A notebook tells what was done and why; without the why it is a script in pieces. The limit,
Markdown cells for each code cell, is `min-markdown-ratio`.

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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.markdown import full
from nb2prod.rules.view import NotebookView


def _check(view: NotebookView) -> Iterator[Flag]:
    prose = sum(1 for cell in full(view.cells) if cell.kind == "markdown")
    code = len(view.code)
    if code and prose / code < view.limits.min_markdown_ratio:
        yield Flag(None, f"{prose} Markdown cells for {code} cells of code")


RULE = Rule(
    "NBS009",
    "too-few-markdown",
    "info",
    default=False,
    aliases=("too-few-MD-cells",),
    notebook=_check,
    looks_at=("file", "blank", "prose"),
)
