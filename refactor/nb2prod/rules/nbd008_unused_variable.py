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

Names that keep a plot or a training from being shown, names of what a `with` block may know,
those that a query, a shell line or a function reads, one of several that are bound together, and
notebooks in which something may read any name.

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
bars = frame["gross"].hist()
a = pd.crosstab(frame["shop"], frame["gross"]).plot(kind="barh")
title = plt.suptitle("Prices")
with pm.Model() as priors:
    alpha = pm.Normal("alpha", 0, 1)
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

from nb2prod.analysis.names.code_cell import CodeCell, dotted
from nb2prod.analysis.names.summary import Bind, Summary
from nb2prod.finding import Fix
from nb2prod.notebook.model import Cell
from nb2prod.rules.nbd009_dead_cell import is_dead
from nb2prod.rules.rule import Flag, Rule, fix, replace_in, statement_lines
from nb2prod.rules.shared.unused import may_be_vain, vain
from nb2prod.rules.view import NotebookView
from nb2prod.text.python import parsed
from nb2prod.text.spans import Span

# The value of these is bound so that it is not shown: what counts is what they do.
_SHOWING = re.compile(
    r"(?:matplotlib|seaborn|plotly|altair|bokeh|scipy\.stats\.probplot|sklearn\.tree\.plot_tree"
    r"|statsmodels\.graphics|shap|missingno|IPython|tqdm|ipywidgets|os|shutil|urllib|subprocess"
    r"|threading|locale|warnings|wandb|mlflow|get_ipython|input|next|print)(?:[.]|$)"
)
_DOES = re.compile(
    r"(?:fit\w*|train\w*|plot\w*|\w*plot|hist\w*|subplots|figure|imshow|text|legend|pie|bars?|barh"
    r"|scatter\w*|add_\w+|set\w*|seed|pop|append|update|to_\w+|save\w*|write\w*|run|execute|send|start"
    r"|register\w*|eval|train_on_batch|fill_\w+|annotate|show\w*|draw\w*|heatmap|load_state_dict"
    r"|\w*title|[xy]?lim|[xy]?label|[xy]?ticks|grid|colorbar)"
)


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    if "parameters" in cell.tags or not summary.binds or not may_be_vain(view):
        return
    if is_dead(view, cell, summary):
        return
    binds = [b for b in summary.binds if b.kind == "assign" and view.fact(vain, b.name)]
    kept = _kept(view, view.code_of(cell.index)) if binds else set[int]()
    for bind in binds:
        before = cell.source[cell.source.rfind("\n", 0, bind.start) + 1 : bind.start]
        if bind.start in kept and not before.strip():
            message = f"`{bind.name}` is never read"
            yield Flag(Span(bind.start, bind.end), message, _fixes(cell, bind), cell.index)


def _kept(view: NotebookView, code: CodeCell) -> set[int]:
    """Return where names are bound alone, to keep a value."""
    alone = {
        code.span(node.targets[0]).start
        for node in code.nodes(ast.Assign)
        if isinstance(node.targets[0], ast.Name) and not _does(view, node.value)
    }
    return alone - {code.span(node).start for node in _in_contexts(code)}


def _does(view: NotebookView, value: ast.expr) -> bool:
    """Say whether a value is only bound so that it is not shown: what counts is what is called."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            called = dotted(node.func, view.names) or ast.unparse(node.func)
            if _SHOWING.match(called) or _DOES.fullmatch(called.rpartition(".")[2]):
                return True
    return False


def _in_contexts(code: CodeCell) -> Iterator[ast.stmt]:
    """Yield the assignments of what is made in a `with` block, and may be known to its object."""
    for block in code.nodes(ast.With):
        for node in ast.walk(block):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                yield node


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
    tree = parsed(statement)
    return tree is not None and not any(
        isinstance(node, ast.Call | ast.Await | ast.Subscript) for node in ast.walk(tree)
    )


RULE = Rule("NBD008", "unused-variable", "info", among=_check)
