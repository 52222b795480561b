r"""Imports that are missing from the project's requirements.

The notebook runs in its author's environment and nowhere else. The requirements are those of the
nearest folder that has any, from the notebook up to the root of the repository. Add the package
there.

## Flagged

```python files={"requirements.txt": "pandas==2.2.0\n"}
# %%
import pandas as pd
import seaborn as sns  # flagged
```

A cell that installs another version than the required one.

```python files={"requirements.txt": "pandas==2.2.0\n"}
# %%
%pip install pandas==1.5.3  # flagged
# %%
import pandas as pd
```

## Not flagged

Packages that come with a required one, packages that the notebook installs itself, modules next to
the notebook, and optional imports.

```python files={"requirements.txt": "scikit_learn>=1.4\nopencv-python-headless\n", "tools.py": ""}
# %%
%pip install seaborn==0.13.2
# %%
import os
import cv2
import numpy as np
import seaborn as sns
import tools
from sklearn.svm import SVC
try:
    import cudf
except ImportError:
    cudf = None
```

Projects whose requirements are computed by a program, such as setup.py.

```python files={"setup.py": "from setuptools import setup"}
# %%
import pandas as pd
```

## Fix safety

The fix is safe: it adds a line to requirements.txt and leaves the notebook as it is. It is offered
only if that file exists.

## References

- Julynter: i2
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from nb2prod.finding import Fix
from nb2prod.notebook.changes import EditFile
from nb2prod.repository.requirements import Needed, needed_by, normalised
from nb2prod.rules.rule import Flag, fix, notebook_rule
from nb2prod.rules.shared.installs import installs
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Edit, Span

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_PIN = re.compile(r"\s*(?:\[[^\]]*\])?\s*={2,3}\s*(?P<version>[\w.+!-]+)\s*(?:;.*)?")
# Modules that come with Jupyter, Colab or Kaggle.
_HOST = frozenset({"google", "IPython", "ipykernel", "ipywidgets", "kaggle_datasets", "__main__"})


def _check(view: NotebookView) -> Iterator[Flag]:
    required = _required(view)
    if not required:
        return
    installed = {
        normalised(name): (cell, span, text) for name, cell, span, text in _installed(view)
    }
    for name, (cell, span, text) in installed.items():
        if requirement := required.get(name):
            wanted, given = _version(requirement.requirement), _version(text)
            if wanted and given and wanted != given:
                file = Path(requirement.file).name
                message = (
                    f"the cell installs `{name}` {given}, but {file} requires {wanted}; "
                    "use the same version"
                )
                yield Flag(span, message, cell=cell)
    yield from _imports(view, {*required, *installed})


def _imports(view: NotebookView, available: Collection[str]) -> Iterator[Flag]:
    from nb2prod.knowledge.distributions import bringing  # noqa: PLC0415  few checks need this table

    seen: set[str] = set()
    for cell, summary in view.code:
        for item in summary.imports:
            module = (item.from_module or item.target).partition(".")[0]
            if module in seen or not module or item.depth or item.in_function:
                continue
            seen.add(module)
            if module in sys.stdlib_module_names or module in _HOST or _is_local(view, module):
                continue
            names = bringing(module)
            if not any(normalised(name) in available for name in names):
                files = ", ".join(Path(path).name for path, *_ in view.surroundings.manifests)
                message = f"`{module}` is imported but missing from {files}; add `{names[0]}`"
                span = Span(item.start, item.end)
                yield Flag(span, message, _fixes(view, names[0]), cell.index)


def _required(view: NotebookView) -> Mapping[str, Needed] | None:
    """Return the nearest requirements by name; None if they are not known."""
    found: dict[str, Needed] = {}
    for path, *_ in view.surroundings.manifests:
        text = view.surroundings.text(path)
        needed = None if text is None else needed_by(path, text)
        if needed is None:
            return None
        found |= {need.name: need for need in needed}
    return found


def _installed(view: NotebookView) -> Iterator[tuple[str, int, Span, str]]:
    """Yield the name, cell, span and text of each requirement that the notebook installs."""
    for cell, summary in view.code:
        for span, installation in installs(cell.source, summary):
            for text in installation.requirements:
                if match := _NAME.match(text):
                    yield match[0], cell.index, span, text


def _version(requirement: str) -> str:
    """Return the version that a requirement pins; empty if it pins none."""
    name = _NAME.match(requirement)
    match = _PIN.fullmatch(requirement, name.end()) if name else None
    return match["version"] if match else ""


def _is_local(view: NotebookView, module: str) -> bool:
    """Return whether the notebook or its project can import a module from its own files."""
    folders = (view.path.parent, Path(view.surroundings.folder))
    paths = [f / inner / module for f in folders for inner in ("", "src", "..")]
    return any(p.is_dir() or p.with_suffix(".py").is_file() for p in paths)


def _fixes(view: NotebookView, name: str) -> Sequence[Fix]:
    """Return the fix that adds a line to requirements.txt, if that file exists."""
    path = f"{view.surroundings.folder}/requirements.txt"
    exists = any(file == path for file, *_ in view.surroundings.manifests)
    text = view.surroundings.text(path) if exists else None
    if text is None:
        return ()
    line = f"{name}\n" if not text or text.endswith("\n") else f"\n{name}"
    change = EditFile(path, Edit(Span(len(text), len(text)), line))
    return fix(f"Add `{name}` to requirements.txt", "safe", change)


RULE = notebook_rule(_check, "info", aliases=("i2",), looks_at=("file", "source"))
