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

from collections.abc import Iterator, Mapping

from nb2prod.finding import Safety
from nb2prod.notebook.changes import SetMember
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import NotebookView

_PYTHON_3 = SetMember(
    None, "kernelspec", {"display_name": "Python 3", "language": "python", "name": "python3"}
)


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format == "ipynb" and view.code and not view.notebook.kernel:
        # Where it does not even name the language, Python is only likely.
        said = isinstance(view.notebook.metadata.get("language_info"), Mapping)
        safety: Safety = "safe" if said else "unsafe"
        fixes = () if view.notebook.python_2 else fix("Name Python 3", safety, _PYTHON_3)
        yield Flag(None, "the notebook does not say which kernel it is for", fixes)


RULE = Rule("NBV002", "missing-kernelspec", "info", notebook=_check, looks_at=("file", "blank"))
