"""Packages that a cell installs without pinning a version.

Next year's version may compute something else or not work at all. Pin the version with `==`.

## Flagged

```python
# %%
%pip install pandas "scipy>=1.9"  # flagged
```

If a saved output of the cell shows which version was installed, the fix pins that version.

```python
# %% execution_count=1 outputs="Successfully installed shap-0.44.1 slicer-0.0.7"
!pip install shap  # flagged
```

## Becomes

```python
# %%
!pip install shap==0.44.1
```

## Not flagged

```python
# %%
%pip install pandas==2.2.0 -r requirements.txt
%conda install -y scipy=1.11
!pip install git+https://github.com/mwaskom/seaborn@v0.13.2
```

## Fix safety

The fix is unsafe: the version in the saved output may not be the one that the notebook should use.
"""

import re
from collections.abc import Iterator, Sequence

from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Fix
from nb2prod.notebook.changes import EditCell
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule, fix, replace_in
from nb2prod.rules.shared.installs import installs
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

_INSTALLED = re.compile(r"^Successfully installed (.*)$", re.MULTILINE)
_SATISFIED = re.compile(
    r"^Requirement already satisfied[^:]*: ([\w.-]+).*\((\d[\w.]*)\)$", re.MULTILINE
)
_PINNED = re.compile(r"==|===|\S@|^(?:git\+)?(?:https?|file|ssh)://\S+@|\.(?:whl|zip|gz)$")


def _check(_: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    for span, installation in installs(cell.source, summary):
        unpinned = [text for text in installation.requirements if not _PINNED.search(text)]
        if unpinned:
            packages = ", ".join(f"`{text}`" for text in unpinned)
            message = f"no version is pinned for {packages}; add `==` and the version"
            yield Flag(span, message, _fixes(cell, span, unpinned), cell.index)


def _fixes(cell: Cell, span: Span, unpinned: list[str]) -> Sequence[Fix]:
    """Return the fix that pins the versions which the saved output shows as installed."""
    shown = "\n".join(output.written() for output in cell.outputs)
    words = " ".join(_INSTALLED.findall(shown)).split()
    pairs = [word.rpartition("-")[::2] for word in words] + _SATISFIED.findall(shown)
    found = {_normal(name): version for name, version in pairs}
    command = span.text(cell.source)
    changes: list[EditCell] = []
    for name in unpinned:
        version = found.get(_normal(name))
        place = re.search(rf"(?<![\w.=<>-]){re.escape(name)}(?![\w.=<>\[-])", command)
        if version is None or place is None or "pip" not in command:
            return ()
        at = span.start + place.end()
        changes.append(replace_in(cell.index, Span(at, at), f"=={version}"))
    return fix("Pin the version that was installed", "unsafe", *changes)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RULE = cross_cell_rule(_check, "warning")
