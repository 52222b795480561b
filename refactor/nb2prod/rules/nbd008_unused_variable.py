"""Variables that are assigned but never read.

Either something was forgotten, or the line is left over from an earlier attempt; readers wonder
what it is for. Use the variable, or remove it.

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

Names that only keep a plot or a training run from being displayed, names that a `with` block may
register, names that a query, a shell line or a function reads, one of several names bound together,
and all names of notebooks in which something may read any name.

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

A cell that does nothing else is reported once, by NBD009.

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

## Fix safety

The fix is unsafe: the variable may be meant for code that is still to be written. It is offered
only for values without calls and subscripts, whose removal has no other effect.

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
from nb2prod.rules.rule import Flag, cross_cell_rule, fix, replace_in, statement_lines
from nb2prod.rules.shared.unused import can_tell_unused, is_unused
from nb2prod.rules.view import NotebookView
from nb2prod.text.python import parsed
from nb2prod.text.spans import Span

# Calls whose value is bound only to keep it from being displayed; their effect is what matters.
_EFFECTFUL = re.compile(
    r"(?:matplotlib|seaborn|plotly|altair|bokeh|scipy\.stats\.probplot|sklearn\.tree\.plot_tree"
    r"|statsmodels\.graphics|shap|missingno|IPython|tqdm|ipywidgets|os|shutil|urllib|subprocess"
    r"|threading|locale|warnings|wandb|mlflow|get_ipython|input|next|print)(?:[.]|$)"
)
_EFFECTFUL_METHODS = re.compile(
    r"(?:fit\w*|train\w*|plot\w*|\w*plot|hist\w*|subplots|figure|imshow|text|legend|pie|bars?|barh"
    r"|scatter\w*|add_\w+|set\w*|seed|pop|append|update|to_\w+|save\w*|write\w*|run|execute|send|start"
    r"|register\w*|eval|train_on_batch|fill_\w+|annotate|show\w*|draw\w*|heatmap|load_state_dict"
    r"|\w*title|[xy]?lim|[xy]?label|[xy]?ticks|grid|colorbar)"
)


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    if "parameters" in cell.tags or not summary.binds or not can_tell_unused(view):
        return
    if is_dead(view, cell, summary):
        return
    binds = [b for b in summary.binds if b.kind == "assign" and view.fact(is_unused, b.name)]
    stored = _stored(view, view.code_of(cell.index)) if binds else set[int]()
    for bind in binds:
        before = cell.source[cell.source.rfind("\n", 0, bind.start) + 1 : bind.start]
        if bind.start in stored and not before.strip():
            message = f"`{bind.name}` is assigned but never read; use or remove it"
            yield Flag(Span(bind.start, bind.end), message, _fixes(cell, bind), cell.index)


def _stored(view: NotebookView, code: CodeCell) -> set[int]:
    """Return the starts of the assignments to single names that store a value."""
    single = {
        code.span(node.targets[0]).start
        for node in code.nodes(ast.Assign)
        if isinstance(node.targets[0], ast.Name) and not _has_effect(view, node.value)
    }
    return single - {code.span(node).start for node in _in_contexts(code)}


def _has_effect(view: NotebookView, value: ast.expr) -> bool:
    """Return whether a value comes from a call that is made for its effect."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            called = dotted(node.func, view.names) or ast.unparse(node.func)
            if _EFFECTFUL.match(called) or _EFFECTFUL_METHODS.fullmatch(called.rpartition(".")[2]):
                return True
    return False


def _in_contexts(code: CodeCell) -> Iterator[ast.stmt]:
    """Yield the assignments of calls in `with` blocks, which the context object may register."""
    for block in code.nodes(ast.With):
        for node in ast.walk(block):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                yield node


def _fixes(cell: Cell, bind: Bind) -> Sequence[Fix]:
    """Return the fix that removes an assignment on a line of its own whose value calls nothing."""
    end = cell.source.find("\n", bind.start)
    end = len(cell.source) if end < 0 else end
    line = Span(bind.start, end)
    lines = statement_lines(cell.source, line)
    indented = cell.source[max(lines.start - 1, 0) : bind.start].strip("\n")
    if indented or not _is_plain(line.text(cell.source)):
        return ()
    title = f"Remove the assignment to `{bind.name}`"
    return fix(title, "unsafe", replace_in(cell.index, lines, ""))


@lru_cache(maxsize=1024)
def _is_plain(statement: str) -> bool:
    """Return whether a line is a complete statement without calls and subscripts."""
    tree = parsed(statement)
    return tree is not None and not any(
        isinstance(node, ast.Call | ast.Await | ast.Subscript) for node in ast.walk(tree)
    )


RULE = cross_cell_rule(_check, "info", tags=("unnecessary",))
