"""A variable is bound and never read.

Either something was forgotten, or the line is left from an earlier try; a reader looks in vain
for what it is good for.

## Flagged

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
rate = 1.19  # flagged
print(frame["gross"].sum())
# %%
means = frame.groupby("shop").mean()  # flagged
frame.head()
```

## Becomes

```python
# %%
import pandas as pd
frame = pd.read_csv("prices.csv")
print(frame["gross"].sum())
# %%
means = frame.groupby("shop").mean()
frame.head()
```

## Not flagged

Names that keep a plot or a training from being shown, that a query, a shell line or a function
reads, one of several that are bound together, and notebooks in which something may read any name.

```python
# %%
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
frame = pd.read_csv("prices.csv")
# %%
picture = sns.boxplot(frame)
figure = plt.figure()
history = model.fit(frame)
low = 3
frame.query("gross > @low")
shop = "a"
!ls {shop}
first, second = frame.shape
print(first)
# %%
_ = frame.pop("x")
with open("a.txt") as file:
    pass
for row in range(3):
    print("again")
# %%
def show():
    print(limit)
limit = 3
show()
# %%
%time total = sum(frame["gross"])
```

```python
# %% tags=["parameters"]
rate = 1.19
```

A cell that does nothing else is one finding, of NBD009.

```python
# %%
rate = 1.19
# %%
print("done")
```

```python
# %%
rate = 1.19
# %%
%run report.ipynb
```

## References

- Vespucci Linter: unused variables
- ruff: F841, in functions only
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nb2prod.analysis.code_cell import resolved
from nb2prod.analysis.summary import Bind, Summary
from nb2prod.finding import Fix
from nb2prod.notebook import Cell
from nb2prod.rules.nbd009_dead_cell import is_dead
from nb2prod.rules.rule import Flag, NotebookView, Rule, fix, replace_in, statement_lines
from nb2prod.rules.unused import may_be_vain, vain
from nb2prod.source import Span

_ALONE = re.compile(r"[ \t]*=(?!=)[ \t]*(?:([\w.]+)[ \t]*\()?")
# The value of these is bound so that it is not shown: what counts is what they do.
_SHOWING = re.compile(
    r"(?:matplotlib|seaborn|plotly|altair|bokeh|scipy\.stats\.probplot|sklearn\.tree\.plot_tree"
    r"|statsmodels\.graphics|shap|missingno|IPython|tqdm|ipywidgets|os|shutil|urllib|subprocess"
    r"|threading|locale|warnings|wandb|mlflow|get_ipython|input|next|print)(?:[.]|$)"
)
_DOES = re.compile(
    r"(?:fit\w*|train\w*|plot\w*|\w*plot|hist\w*|subplots|figure|imshow|text|legend|pie|bars?|barh"
    r"|scatter\w*|add_\w+|set\w*|seed|pop|append|update|to_\w+|save\w*|write\w*|run|execute|send|start"
    r"|register\w*|eval|train_on_batch|fill_\w+|annotate|show\w*|draw\w*|heatmap|load_state_dict)"
)


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    if "parameters" in cell.tags or not summary.binds or not may_be_vain(view):
        return
    if is_dead(view, cell, summary):
        return
    for bind in summary.binds:
        if bind.kind == "assign" and view.fact(vain, bind.name) and _is_kept(view, cell, bind):
            message = f"`{bind.name}` is never read"
            yield Flag(Span(bind.start, bind.end), message, _fixes(cell, bind), cell.index)


def _is_kept(view: NotebookView, cell: Cell, bind: Bind) -> bool:
    """Say whether a name is bound alone, to keep a value."""
    before = cell.source[cell.source.rfind("\n", 0, bind.start) + 1 : bind.start]
    match = _ALONE.match(cell.source, bind.end)
    if match is None or before.strip():
        return False
    called = resolved(match[1] or "", view.names)
    return not (_SHOWING.match(called) or _DOES.fullmatch(called.rpartition(".")[2]))


def _fixes(cell: Cell, bind: Bind) -> Sequence[Fix]:
    """Return the removal of an assignment that calls nothing, and stands in one line."""
    end = cell.source.find("\n", bind.start)
    end = len(cell.source) if end < 0 else end
    line = Span(bind.start, end)
    lines = statement_lines(cell.source, line)
    indented = cell.source[max(lines.start - 1, 0) : bind.start].strip("\n")
    if indented or not _is_plain(line.text(cell.source)):
        return ()
    return fix(f"Remove `{bind.name}`", "unsafe", replace_in(cell.index, lines, ""))


@lru_cache(maxsize=1024)
def _is_plain(statement: str) -> bool:
    """Say whether a statement is whole, and calls nothing."""
    try:
        nodes = list(ast.walk(ast.parse(statement)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not any(isinstance(n, ast.Call | ast.Await | ast.Subscript) for n in nodes)


RULE = Rule("NBD008", "unused-variable", "info", among=_check)
