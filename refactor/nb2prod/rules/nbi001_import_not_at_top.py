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

from nb2prod.analysis.summary import Import, Summary
from nb2prod.finding import Fix, Safety
from nb2prod.notebook import Cell
from nb2prod.rules.rule import Flag, NotebookView, Rule, replace_in, statement_lines
from nb2prod.source import Span

# Modules that do nothing when they are imported but define names.
_QUIET = [
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
]
_STIRS = re.compile(
    r"sys\.path|os\.environ|os\.chdir|os\.putenv|matplotlib\.use\(|plt\.switch_backend|importlib|site\."
)
_MAGIC = re.compile(r"(?:pip|conda|mamba|env|set_env|cd|run|tensorflow_version|aimport)$")


def _check(view: NotebookView) -> Iterator[Flag]:
    cells = list(view.code)
    top = next((i for i, (_, s) in enumerate(cells) if _imports(s)), None)
    if top is None:
        return
    home, below = cells[top], top + 1
    while below < len(cells) and cells[below][1].only_imports:
        below += 1
    stirred = [cell.index for cell, summary in cells if _stirs(cell, summary)]
    for cell, summary in cells[below:]:
        for statement, items in _statements(_imports(summary)):
            names = ", ".join(f"`{item.name}`" for item in items)
            message = f"{names} imported here, not in cell {home[0].index + 1}"
            calm = not any(home[0].index <= index <= cell.index for index in stirred)
            fixes = tuple(_fixes(view, home, cell, statement, items, calm=calm))
            yield Flag(statement, message, fixes, cell.index)


def _imports(summary: Summary) -> list[Import]:
    """Return the imports that are executed with the cell, without those that may fail."""
    return [item for item in summary.imports if not item.depth and item.from_module != "__future__"]


def _statements(items: Iterable[Import]) -> Iterator[tuple[Span, list[Import]]]:
    statements: dict[tuple[int, int], list[Import]] = {}
    for item in items:
        statements.setdefault(item.statement, []).append(item)
    for place, found in statements.items():
        yield Span(*place), found


def _stirs(cell: Cell, summary: Summary) -> bool:
    """Say whether a cell may change what is found by an import, or what an import does."""
    return bool(_STIRS.search(cell.source)) or any(
        m.kind == "shell" or _MAGIC.match(m.name) for m in summary.magics
    )


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
    others = [b for _, s in view.code for b in s.binds if b.name in names and b.kind != "import"]
    # A name that means two things would mean the other one in between.
    double = any(view.names.get(item.name) != item.target for item in items)
    if lines == statement or others or double or home[1].broken:
        return
    if any(magic.kind == "cell" for magic in home[1].magics):
        return
    quiet = all(
        item.target.partition(".")[0] in {*_QUIET, *sys.stdlib_module_names} for item in items
    )
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
)
