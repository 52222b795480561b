"""Cells that do everything at once.

The cell does three or more of loading, cleaning, training, evaluating and plotting, in many lines.
No step can be run, tested or replaced without the others. Split the cell where a new step begins.
The limit is `max-god-lines`.

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

## Becomes

```python max-god-lines=5
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.svm import SVC
from sklearn.metrics import accuracy_score
# %%
frame = pd.read_csv("prices.csv")
# %%
frame = frame.dropna()
target = frame.pop("sold")
# %%
model = SVC()
model.fit(frame, target)
# %%
plt.plot(model.predict(frame))
```

## Not flagged

Two steps, few lines, and the code of a function. Separating the target from the features is not a
step.

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
X = frame.drop(columns=["sold"])
y = frame["sold"]
X_train, X_test = X[:90], X[90:]
y_train, y_test = y[:90], y[90:]
model = SVC(C=1.0)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
# %%
def run():
    frame = pd.read_csv("prices.csv")
    frame = frame.dropna()
    model = SVC()
    model.fit(frame, target)
    return model
```

## Fix safety

The fix is unsafe: each new cell displays its last expression, and other places may be better to
split.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nb2prod.finding import Fix
from nb2prod.notebook.changes import SplitCell
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView

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
    "cleans": ("dropna", "fillna", "drop_duplicates", "interpolate"),
    "trains": ("fit", "fit_generator", "partial_fit", "train"),
    "evaluates": ("score", "evaluate"),
    "plots": ("plot", "hist", "boxplot", "imshow"),
}
_ROLES_OF_METHODS = {method: (role,) for role, methods in _METHODS.items() for method in methods}
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
        listed = f"{', '.join(steps[:-1])} and {steps[-1]}"
        message = f"one cell {listed}; split it where a new step begins"
        yield Flag(body[0], message, _fixes(view))


def _fixes(view: CellView) -> Sequence[Fix]:
    """Return the fix that splits the cell before each statement that begins a new step."""
    if any(magic.kind == "cell" for magic in view.code.magics):
        return ()
    seen: set[str] = set()
    starts: list[int] = []
    body = view.code.body
    for number, statement in enumerate(body):
        roles = [role for call in _calls([statement]) for role in _roles(view, call)]
        if seen and set(roles) - seen and not set(roles) & seen:
            while number and _creates_object(view, body[number - 1]):
                number -= 1  # noqa: PLW2901  objects created for the step belong to it
            starts.append(_start_of(view, body[number]))
        seen.update(roles)
    cuts = tuple(at for at in sorted(set(starts)) if at > 0)
    title = "Split the cell where a new step begins"
    return fix(title, "unsafe", SplitCell(view.index, cuts)) if cuts else ()


def _creates_object(view: CellView, node: ast.stmt) -> bool:
    """Return whether a statement only creates an instance of a class."""
    match node:
        case ast.Assign(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) as call):
            return name[:1].isupper() and not any(_roles(view, call))
        case _:
            return False


def _start_of(view: CellView, node: ast.stmt) -> int:
    """Return the start of a statement's lines and the comments above; -1 if it shares a line."""
    source, first = view.code.source, node
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line = min([first.lineno, *(d.lineno for d in decorators)])
    at = view.code.lines.start(line)
    if source[at : view.code.lines.offset(node.lineno, node.col_offset)].strip() or node.col_offset:
        return -1
    while line > 1 and source[view.code.lines.start(line - 1) : at].startswith("#"):
        line -= 1
        at = view.code.lines.start(line)
    return at


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """Yield the calls that run with the cell."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, _DEFINITIONS):
            todo += ast.iter_child_nodes(node)


def _roles(view: CellView, call: ast.Call) -> Sequence[str]:
    name = view.dotted(call.func)
    if name is not None:
        return _roles_of_function(name)
    return _ROLES_OF_METHODS.get(call.func.attr, ()) if isinstance(call.func, ast.Attribute) else ()


@lru_cache(maxsize=1024)
def _roles_of_function(name: str) -> Sequence[str]:
    return tuple(role for role, pattern in _ROLES.items() if pattern.fullmatch(name))


RULE = cell_rule(_check, "info", words=("(",))
