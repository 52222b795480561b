r"""An import that the project's requirements do not ask for.

The notebook runs in the author's environment and nowhere else. The requirements are those of the
nearest folder, upwards and in the same repository, that has any.

## Flagged

```python beside={"requirements.txt": "pandas==2.2.0\n"}
# %%
import pandas as pd
import seaborn as sns  # flagged
```

A cell installs another version than is asked for.

```python beside={"requirements.txt": "pandas==2.2.0\n"}
# %%
%pip install pandas==1.5.3  # flagged
# %%
import pandas as pd
```

## Not flagged

What comes with something that is asked for, what the notebook installs itself, modules that lie
beside it, and what is imported only if it is there.

```python beside={"requirements.txt": "scikit_learn>=1.4\nopencv-python-headless\n", "tools.py": ""}
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

What only a program could tell.

```python beside={"setup.py": "from setuptools import setup"}
# %%
import pandas as pd
```

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
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.shared.installs import installs
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Edit, Span

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_PIN = re.compile(r"\s*(?:\[[^\]]*\])?\s*={2,3}\s*(?P<version>[\w.+!-]+)\s*(?:;.*)?")
# What brings a notebook to its reader brings these.
_HOST = frozenset({"google", "IPython", "ipykernel", "ipywidgets", "kaggle_datasets", "__main__"})


def _check(view: NotebookView) -> Iterator[Flag]:
    needed = _needed(view)
    if not needed:
        return
    own = {normalised(name): (cell, span, said) for name, cell, span, said in _installed(view)}
    for name, (cell, span, said) in own.items():
        if need := needed.get(name):
            wanted, given = _version(need.requirement), _version(said)
            if wanted and given and wanted != given:
                where = Path(need.file).name
                message = f"installs `{name}` {given}, and {where} asks for {wanted}"
                yield Flag(span, message, cell=cell)
    yield from _imports(view, {*needed, *own})


def _imports(view: NotebookView, known: Collection[str]) -> Iterator[Flag]:
    from nb2prod.knowledge.distributions import bringing  # noqa: PLC0415  a table that few checks need

    seen: set[str] = set()
    for cell, summary in view.code:
        for item in summary.imports:
            module = (item.from_module or item.target).partition(".")[0]
            if module in seen or not module or item.depth or item.in_function:
                continue
            seen.add(module)
            if module in sys.stdlib_module_names or module in _HOST or _is_beside(view, module):
                continue
            names = bringing(module)
            if not any(normalised(name) in known for name in names):
                files = (Path(path).name for path, *_ in view.surroundings.manifests)
                message = f"`{module}` is not among what {', '.join(files)} asks for"
                span = Span(item.start, item.end)
                yield Flag(span, message, _fixes(view, names[0]), cell.index)


def _needed(view: NotebookView) -> Mapping[str, Needed] | None:
    """Return what is asked for around the notebook; None if that is not known."""
    found: dict[str, Needed] = {}
    for path, *_ in view.surroundings.manifests:
        text = view.surroundings.text(path)
        needed = None if text is None else needed_by(path, text)
        if needed is None:
            return None
        found |= {need.name: need for need in needed}
    return found


def _installed(view: NotebookView) -> Iterator[tuple[str, int, Span, str]]:
    """Yield what the notebook installs itself, with the place and the words."""
    for cell, summary in view.code:
        for span, installation in installs(cell.source, summary):
            for said in installation.requirements:
                if match := _NAME.match(said):
                    yield match[0], cell.index, span, said


def _version(said: str) -> str:
    """Return the one version that a requirement allows; nothing if it allows others."""
    name = _NAME.match(said)
    match = _PIN.fullmatch(said, name.end()) if name else None
    return match["version"] if match else ""


def _is_beside(view: NotebookView, module: str) -> bool:
    """Say whether a module lies where the notebook, or the project, would find it."""
    folders = (view.path.parent, Path(view.surroundings.folder))
    places = [f / inner / module for f in folders for inner in ("", "src", "..")]
    return any(p.is_dir() or p.with_suffix(".py").is_file() for p in places)


def _fixes(view: NotebookView, name: str) -> Sequence[Fix]:
    """Return the fix: a line in requirements.txt, if there is one."""
    path = f"{view.surroundings.folder}/requirements.txt"
    there = any(file == path for file, *_ in view.surroundings.manifests)
    text = view.surroundings.text(path) if there else None
    if text is None:
        return ()
    line = f"{name}\n" if not text or text.endswith("\n") else f"\n{name}"
    change = EditFile(path, Edit(Span(len(text), len(text)), line))
    return fix(f"Add `{name}` to requirements.txt", "safe", change)


RULE = Rule(
    "NBI006",
    "import-missing-from-requirements",
    "info",
    aliases=("i2",),
    notebook=_check,
    looks_at=("file", "source"),
)
