"""Imports below the first cell with imports.

Readers want to see at once what a notebook needs, and a missing package should be noticed in the
first second, not after an hour of training. Import at the top.

## Flagged

```python
# %%
import os
# %%
rows = os.listdir()
# %%
import json  # flagged
from collections import Counter  # flagged
Counter(json.loads(rows[0]))
```

## Becomes

```python
# %%
import os
import json
from collections import Counter
# %%
rows = os.listdir()
# %%
Counter(json.loads(rows[0]))
```

## Flagged

The fix is unsafe if something above the import may change what it does: an installation, a change
of `sys.path` or of the environment, a Matplotlib backend.

```python
# %%
import sys
# %%
sys.path.append("..")
# %%
import helpers  # flagged
helpers.run()
```

## Not flagged

Several import cells at the top, imports inside functions, and fallbacks.

```python
# %%
%matplotlib inline
import os
# %%
import json
# %%
def load():
    import csv
    return csv.reader(os.devnull), json
```

## Fix safety

The fix is safe if importing the module only defines names, as the standard library and common data
packages do, if nothing above changes what it imports, and if all uses of names in the notebook are
visible. Otherwise it is unsafe, because the import may do something else at the top.

## References

- Pynblint: imports-beyond-first-cell, which misses `from x import y` and the last cell
- Julynter: i1
- ruff: E402, which checks each cell by itself and has no fix in notebooks
"""

import re
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from nb2prod.analysis.names.summary import Import, Summary
from nb2prod.finding import Fix, Safety
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, notebook_rule, replace_in, statement_lines
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

# Modules whose import only defines names.
_PURE_IMPORTS = {
    *sys.stdlib_module_names,
    "numpy",
    "pandas",
    "matplotlib",
    "seaborn",
    "sklearn",
    "scipy",
    "statsmodels",
    "plotly",
    "xgboost",
    "lightgbm",
    "catboost",
    "requests",
    "tqdm",
    "joblib",
    "PIL",
    "nltk",
    "imblearn",
    "IPython",
    "yaml",
    "bs4",
    "missingno",
    "wordcloud",
    "mlxtend",
    "shap",
}
_CHANGES_IMPORTS = re.compile(
    r"sys\.path|os\.environ|os\.chdir|os\.putenv|matplotlib\.use\(|plt\.switch_backend|importlib|site\."
)
_MAGICS = re.compile(r"(?:pip|conda|mamba|env|set_env|cd|run|tensorflow_version|aimport)$")


def _check(view: NotebookView) -> Iterator[Flag]:
    importing = [(c, s) for c, s in view.importing if _imports(s)]
    if len(importing) < 2:
        return
    home = importing[0]
    end = _end_of_imports(view, home[0].index)
    late = [(c, s) for c, s in importing if c.index >= end]
    between = range(home[0].index, late[-1][0].index + 1) if late else ()
    changed = next((i for i in between if _may_change_imports(view, i)), len(view.cells))
    existing = {Span(*item.statement).text(home[0].source) for item in _imports(home[1])}
    bottom = max(item.statement[1] for item in _imports(home[1]))
    for cell, summary in late:
        for statement, items in _statements(_imports(summary)):
            names = ", ".join(f"`{item.name}`" for item in items)
            message = (
                f"the import of {names} is not at the top; move it to cell {home[0].index + 1}"
            )
            unchanged = cell.index < changed
            fixes = tuple(
                _fixes(view, home, cell, statement, items, existing, bottom, unchanged=unchanged)
            )
            yield Flag(statement, message, fixes, cell.index)


def _end_of_imports(view: NotebookView, home: int) -> int:
    """Return the first cell below the first imports whose code does more than import."""
    for cell in view.cells[home + 1 :]:
        summary = view.summaries.get(cell.index)
        if summary and summary.code and not summary.only_imports:
            return cell.index
    return len(view.cells)


def _imports(summary: Summary) -> list[Import]:
    """Return the imports that run unconditionally with the cell."""
    return [item for item in summary.imports if not item.depth and item.from_module != "__future__"]


def _statements(items: Iterable[Import]) -> Iterator[tuple[Span, list[Import]]]:
    statements: dict[tuple[int, int], list[Import]] = {}
    for item in items:
        statements.setdefault(item.statement, []).append(item)
    for place, found in statements.items():
        yield Span(*place), found


def _may_change_imports(view: NotebookView, index: int) -> bool:
    """Return whether a cell may change what an import finds or does."""
    summary = view.summaries.get(index)
    if summary is None or not summary.code:
        return False
    return _source_changes_imports(view.cells[index].source) or any(
        m.kind == "shell" or _MAGICS.match(m.name) for m in summary.magics
    )


@lru_cache(maxsize=4096)
def _source_changes_imports(source: str) -> bool:
    return bool(_CHANGES_IMPORTS.search(source))


def _fixes(
    view: NotebookView,
    home: tuple[Cell, Summary],
    cell: Cell,
    statement: Span,
    items: list[Import],
    existing: Collection[str],
    bottom: int,
    *,
    unchanged: bool,
) -> Iterator[Fix]:
    """Yield the fix that moves an import.

    Args:
        view: the notebook.
        home: the cell with the first imports.
        cell: the cell with the import.
        statement: the place of the import.
        items: the names that it imports.
        existing: the imports of the home.
        bottom: the offset in the home at which its last import ends.
        unchanged: nothing between the cells may change what is imported.
    """
    lines = statement_lines(cell.source, statement)
    others = any(item.name in view.occurrences.bound_otherwise for item in items)
    # Between the two cells, a name with two meanings would get the wrong one.
    ambiguous = any(view.names.get(item.name) != item.target for item in items)
    if lines == statement or others or ambiguous or home[1].broken:
        return
    if any(magic.kind == "cell" for magic in home[1].magics):
        return
    pure = all(item.target.partition(".")[0] in _PURE_IMPORTS for item in items)
    safety: Safety = "safe" if unchanged and pure and view.complete else "unsafe"
    text = statement.text(cell.source)
    title = f"Move the import to cell {home[0].index + 1}"
    removal = replace_in(cell.index, lines, "")
    if text in existing:
        yield Fix(
            f"Remove the import, which repeats one in cell {home[0].index + 1}", safety, (removal,)
        )
        return
    line_end = home[0].source.find("\n", bottom)
    at = len(home[0].source) if line_end < 0 else line_end
    yield Fix(title, safety, (removal, replace_in(home[0].index, Span(at, at), "\n" + text)))


RULE = notebook_rule(
    _check,
    "info",
    aliases=("imports-beyond-first-cell", "i1"),
    looks_at=("file", "source"),
    tags=("imports",),
)
