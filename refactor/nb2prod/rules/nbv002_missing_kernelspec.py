"""The notebook does not say which kernel it is for.

Jupyter asks whoever opens it, and tools that run it without asking stop, or take what they have.
Open it in Jupyter, choose the kernel, and save it.

## Flagged

```python metadata={}
# %%
a = 1
```

## Not flagged

```python
# %%
a = 1
```

## References

- nbcelltests: kernelspec_requirements
- nbformat: notebook metadata
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, NotebookView, Rule


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format == "ipynb" and view.code and not view.notebook.kernel:
        yield Flag(None, "the notebook does not say which kernel it is for")


RULE = Rule("NBV002", "missing-kernelspec", "info", notebook=_check, looks_at=("file", "blank"))
