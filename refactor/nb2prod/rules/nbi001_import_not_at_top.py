"""An import stands below the first cell with imports.

Who opens a notebook wants to see at once what it needs; and who runs it should learn of a missing
package in the first second, not after an hour of training.

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

An import is only moved with `--unsafe-fixes` if something before it may change what it does: an
installation, a change of `sys.path` or of the environment, a backend of Matplotlib.

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

Several cells of imports at the top, imports in functions, and fall-backs.

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

## References

- Pynblint: imports-beyond-first-cell, which does not see `from x import y`, nor the last cell
- Julynter: i1
- ruff: E402, which looks at each cell alone, and has no fix in notebooks
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nb2prod.analysis.names.summary import Import, Summary
from nb2prod.finding import Fix, Safety
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, Rule, replace_in, statement_lines
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

# Modules that do nothing when they are imported but define names.
_QUIET = {
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
_STIRS = re.compile(
    r"sys\.path|os\.environ|os\.chdir|os\.putenv|matplotlib\.use\(|plt\.switch_backend|importlib|site\."
)
_MAGIC = re.compile(r"(?:pip|conda|mamba|env|set_env|cd|run|tensorflow_version|aimport)$")


def _check(view: NotebookView) -> Iterator[Flag]:
    importing = [(c, s) for c, s in view.importing if _imports(s)]
    if len(importing) < 2:
        return
    home = importing[0]
    below = _end_of_imports(view, home[0].index)
    late = [(c, s) for c, s in importing if c.index >= below]
    between = range(home[0].index, late[-1][0].index + 1) if late else ()
    stirred = next((index for index in between if _stirs(view, index)), len(view.cells))
    for cell, summary in late:
        for statement, items in _statements(_imports(summary)):
            names = ", ".join(f"`{item.name}`" for item in items)
            message = f"{names} imported here, not in cell {home[0].index + 1}"
            calm = cell.index < stirred
            fixes = tuple(_fixes(view, home, cell, statement, items, calm=calm))
            yield Flag(statement, message, fixes, cell.index)


def _end_of_imports(view: NotebookView, home: int) -> int:
    """Return the first cell with code below the first imports that does more than import."""
    for cell in view.cells[home + 1 :]:
        summary = view.summaries.get(cell.index)
        if summary and summary.code and not summary.only_imports:
            return cell.index
    return len(view.cells)


def _imports(summary: Summary) -> list[Import]:
    """Return the imports that are executed with the cell, without those that may fail."""
    return [item for item in summary.imports if not item.depth and item.from_module != "__future__"]


def _statements(items: Iterable[Import]) -> Iterator[tuple[Span, list[Import]]]:
    statements: dict[tuple[int, int], list[Import]] = {}
    for item in items:
        statements.setdefault(item.statement, []).append(item)
    for place, found in statements.items():
        yield Span(*place), found


def _stirs(view: NotebookView, index: int) -> bool:
    """Say whether a cell may change what is found by an import, or what an import does."""
    summary = view.summaries.get(index)
    if summary is None or not summary.code:
        return False
    return _stirring(view.cells[index].source) or any(
        m.kind == "shell" or _MAGIC.match(m.name) for m in summary.magics
    )


@lru_cache(maxsize=4096)
def _stirring(source: str) -> bool:
    return bool(_STIRS.search(source))


def _fixes(
    view: NotebookView,
    home: tuple[Cell, Summary],
    cell: Cell,
    statement: Span,
    items: list[Import],
    *,
    calm: bool,
) -> Iterator[Fix]:
    lines = statement_lines(cell.source, statement)
    names = {item.name for item in items}
    others = [
        bind
        for name in names
        for index in view.occurrences.binders.get(name, ())
        for bind in view.summaries[index].binds
        if bind.name == name and bind.kind != "import"
    ]
    # A name that means two things would mean the other one in between.
    double = any(view.names.get(item.name) != item.target for item in items)
    if lines == statement or others or double or home[1].broken:
        return
    if any(magic.kind == "cell" for magic in home[1].magics):
        return
    quiet = all(item.target.partition(".")[0] in _QUIET for item in items)
    safety: Safety = "safe" if calm and quiet and view.complete else "unsafe"
    text = statement.text(cell.source)
    title = f"Move it to the imports in cell {home[0].index + 1}"
    gone = replace_in(cell.index, lines, "")
    there = {Span(*item.statement).text(home[0].source) for item in _imports(home[1])}
    if text in there:
        yield Fix("Remove it: it is imported above already", safety, (gone,))
        return
    end = max(item.statement[1] for item in _imports(home[1]))
    line_end = home[0].source.find("\n", end)
    at = len(home[0].source) if line_end < 0 else line_end
    yield Fix(title, safety, (gone, replace_in(home[0].index, Span(at, at), "\n" + text)))


RULE = Rule(
    "NBI001",
    "import-not-at-top",
    "info",
    aliases=("imports-beyond-first-cell", "i1"),
    notebook=_check,
    looks_at=("file", "source"),
)
