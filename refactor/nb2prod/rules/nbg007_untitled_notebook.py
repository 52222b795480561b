"""Notebooks that still have the default name given by Jupyter.

Nobody finds `Untitled3.ipynb` again. Name the notebook after its subject.

## Flagged

```python name="Untitled3.ipynb"
# %%
a = 1
```

```python name="Unbenannt.ipynb"
# %%
a = 1
```

## Not flagged

```python name="untitled-poems.ipynb"
# %%
a = 1
```

## References

- Pynblint: untitled-notebook
- Julynter: t2
"""

import re
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView

# In the languages that JupyterLab is translated to, and the names that Colab and VS Code give.
_UNTITLED = re.compile(
    r"(?:untitled|unbenannt|sans[ _-]?titre|sin[ _-]?t[ií]tulo|senza[ _-]?titolo|sem[ _-]?t[ií]tulo"
    r"|naamloos|未命名|无标题|無題)[ _-]?(?:\d+|\(\d+\)|-?copy\d*)*",
    re.IGNORECASE,
)


def _check(view: NotebookView) -> Iterator[Flag]:
    if _UNTITLED.fullmatch(view.path.stem):
        message = f"`{view.path.name}` is a default name; name the notebook after its subject"
        yield Flag(None, message)


RULE = notebook_rule(_check, "warning", aliases=("t2",), looks_at=("file",))
