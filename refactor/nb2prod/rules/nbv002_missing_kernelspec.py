"""Notebooks that do not name their kernel.

Jupyter asks everyone who opens the notebook to choose a kernel, and tools that run it unattended
stop or take whatever kernel there is. Open the notebook in Jupyter, choose the kernel, and save.

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

## Fix safety

The fix is safe if the notebook has metadata on its language; otherwise it is unsafe, because Python
3 is only likely. There is no fix for Python 2 notebooks.

## References

- nbcelltests: kernelspec_requirements
- nbformat: notebook metadata
"""

from collections.abc import Iterator, Mapping

from nb2prod.finding import Safety
from nb2prod.notebook.changes import SetMember
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.view import NotebookView

_PYTHON_3 = SetMember(
    None, "kernelspec", {"display_name": "Python 3", "language": "python", "name": "python3"}
)


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format == "ipynb" and view.code and not view.notebook.kernel:
        # Without metadata on the language, Python is only likely.
        has_language = isinstance(view.notebook.metadata.get("language_info"), Mapping)
        safety: Safety = "safe" if has_language else "unsafe"
        set_kernel = fix("Set the kernel to Python 3", safety, _PYTHON_3)
        fixes = () if view.notebook.python_2 else set_kernel
        yield Flag(None, "the notebook does not name its kernel; choose one and save", fixes)


RULE = notebook_rule(_check, "info", looks_at=("file", "blank"))
