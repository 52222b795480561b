"""Metadata that changes with every run or every editor.

Timings, collapsed outputs, the version of Python that ran the notebook last: such metadata appears
in every diff, and nobody reads it. The rule is off by default, for projects that do not strip it.

## Flagged

```python metadata={"language_info": {"name": "python", "version": "3.11.7"}}
# %%
x = 1
```

```python
# %% scrolled=true
x = 1
```

## Becomes

```python
# %%
x = 1
```

## Not flagged

```python metadata={"language_info": {"name": "python"}}
# %% tags=["parameters"]
x = 1
```

## Fix safety

The fix is safe: the code does not depend on this metadata.

## References

- nbstripout, databooks: metadata
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from nb2prod.notebook.changes import DropMetadata
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.view import NotebookView

_OF_CELLS = (
    ("collapsed",),
    ("scrolled",),
    ("ExecuteTime",),
    ("execution",),
    ("executionInfo",),
    ("outputId",),
    ("pycharm",),
)
_OF_NOTEBOOKS = (
    ("signature",),
    ("widgets",),
    ("language_info", "version"),
    ("vscode", "interpreter"),
    ("toc", "toc_position"),
    ("toc-autonumbering",),
    ("varInspector",),
)


def _check(view: NotebookView) -> Iterator[Flag]:
    if view.notebook.format != "ipynb":
        return
    owners = [(None, view.notebook.metadata, _OF_NOTEBOOKS)]
    owners += [(cell.index, cell.metadata, _OF_CELLS) for cell in view.cells]
    for cell, metadata, noise in owners:
        found = tuple(keys for keys in noise if _has(metadata, keys))
        if found:
            names = ", ".join(f"`{'.'.join(keys)}`" for keys in found)
            drop = fix("Remove the metadata", "safe", DropMetadata(cell, found))
            yield Flag(None, f"metadata {names} changes with every run; remove it", drop, cell)


def _has(metadata: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    value: object = metadata
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = cast("dict[str, object]", value)[key]
    return True


RULE = notebook_rule(_check, "info", default=False)
