"""One cell does everything.

It loads, cleans, trains, evaluates or plots, three of these or more, in many lines: none of them
can be run, tested or replaced without the others. Cut it where a new step begins.

## Flagged

```python max-god-lines=5
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.svm import SVC
from sklearn.metrics import accuracy_score
# %%
frame = pd.read_csv("prices.csv")  # flagged
frame = frame.dropna()
target = frame.pop("sold")
model = SVC()
model.fit(frame, target)
plt.plot(model.predict(frame))
```

## Not flagged

Two steps, a few lines, and what a function does when it is called.

```python max-god-lines=5
# %%
import pandas as pd
from sklearn.svm import SVC
# %%
frame = pd.read_csv("prices.csv")
frame = frame.dropna()
frame = frame.drop_duplicates()
frame = frame.fillna(0)
frame = frame.reset_index()
frame = frame.rename(columns={"a": "b"})
# %%
def run():
    frame = pd.read_csv("prices.csv")
    frame = frame.dropna()
    model = SVC()
    model.fit(frame, target)
    return model
```
"""

import ast
import re
from collections.abc import Iterator

from nb2prod.rules.rule import CellView, Flag, Rule

_ROLES = {
    "loads": re.compile(
        r"pandas\.read_\w+|numpy\.(?:load|loadtxt|genfromtxt)|sklearn\.datasets\.\w+"
    ),
    "evaluates": re.compile(
        r"sklearn\.metrics\.\w+|sklearn\.model_selection\.(?:cross_\w+|\w+_curve)"
    ),
    "plots": re.compile(r"(?:matplotlib|seaborn|plotly|altair|missingno)\..+"),
}
_METHODS = {
    "cleans": frozenset(
        "dropna fillna drop drop_duplicates interpolate".split()  # noqa: SIM905
    ),
    "trains": frozenset({"fit", "fit_generator", "partial_fit", "train"}),
    "evaluates": frozenset({"score", "evaluate"}),
    "plots": frozenset({"plot", "hist", "boxplot", "imshow"}),
}
_STEPS = ("loads", "cleans", "trains", "evaluates", "plots")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _check(view: CellView) -> Iterator[Flag]:
    limit = view.limits.max_god_lines
    if view.code.source.count("\n") < limit:
        return
    if len({role for call in view.code.nodes(ast.Call) for role in _roles(view, call)}) < 3:
        return
    body = [s for s in view.code.body if not isinstance(s, _DEFINITIONS)]
    lines = sum((s.end_lineno or s.lineno) - s.lineno + 1 for s in body)
    found = {role for call in _calls(body) for role in _roles(view, call)}
    if lines > limit and len(found) >= 3:
        steps = [step for step in _STEPS if step in found]
        message = f"one cell {', '.join(steps[:-1])} and {steps[-1]}"
        yield Flag(body[0], message)


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """Yield the calls that are made when the cell is run."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, _DEFINITIONS):
            todo += ast.iter_child_nodes(node)


def _roles(view: CellView, call: ast.Call) -> Iterator[str]:
    name = view.dotted(call.func)
    if name is not None:
        yield from (role for role, pattern in _ROLES.items() if pattern.fullmatch(name))
    elif isinstance(call.func, ast.Attribute):
        method = call.func.attr
        yield from (role for role, methods in _METHODS.items() if method in methods)


RULE = Rule("NBS012", "god-cell", "info", cell=_check, words=("(",))
