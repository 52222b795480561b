"""Random estimators without `random_state`.

Every run trains a different model: scores vary by chance, and a difference between two models may
be one between two random draws. Set `random_state`.

## Flagged

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.utils import shuffle
import pandas as pd
model = RandomForestClassifier(n_estimators=200)  # flagged
plain = RandomForestClassifier()  # flagged
machine = SVC(probability=True, random_state=None)  # flagged
rows = shuffle(rows)  # flagged
few = frame.sample(frac=0.1)  # flagged
```

## Becomes

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.utils import shuffle
import pandas as pd
model = RandomForestClassifier(n_estimators=200, random_state=0)
plain = RandomForestClassifier(random_state=0)
machine = SVC(probability=True, random_state=0)
rows = shuffle(rows, random_state=0)
few = frame.sample(frac=0.1, random_state=0)
```

## Not flagged

Estimators that are deterministic with the given settings, samples that are only displayed, and
notebooks that seed NumPy's generator, which makes the draws reproducible.

```python
# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
model = RandomForestClassifier(random_state=42)
model = RandomForestClassifier(**options)
linear = LogisticRegression(), SVC()
frame.sample(n=5)
```

```python
# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
np.random.seed(0)
# %%
model = RandomForestClassifier()
```

## Fix safety

The fix is unsafe: it changes the results.

## References

- dslinter: W5509
- Vespucci Linter: uncontrolled randomness
- scikit-learn: common pitfalls, controlling randomness
"""

import ast
from collections.abc import Iterator

from nb2prod.knowledge import traits
from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.arguments import argument, unpacks, unset
from nb2prod.rules.shared.randomness import is_seeded, seeding
from nb2prod.rules.view import CellView, NotebookView

# Estimators that are random only for some values of an argument: the argument, and the values.
_RANDOM_IF: dict[str, tuple[str, tuple[object, ...]]] = {
    "sklearn.svm.SVC": ("probability", (True,)),
    "sklearn.linear_model.LogisticRegression": ("solver", ("sag", "saga")),
    "sklearn.linear_model.Ridge": ("solver", ("sag", "saga")),
    "sklearn.decomposition.PCA": ("svd_solver", ("randomized",)),
    "sklearn.tree.DecisionTreeClassifier": ("splitter", ("random",)),
    "sklearn.tree.DecisionTreeRegressor": ("splitter", ("random",)),
}


def _check(view: CellView) -> Iterator[Flag]:
    named = ((call, name) for name, calls in view.named_calls.items() for call in calls)
    calls = [(call, name) for call, name in named if _is_random(name, call)]
    if "frac" in view.code.source:
        calls += [(c, "sample") for c in view.code.nodes(ast.Call) if _is_sample(view, c)]
    displayed = {id(node.value) for node in view.code.body if calls and isinstance(node, ast.Expr)}
    for call, name in calls:
        if id(call) not in displayed and not unpacks(call) and unset(call, "random_state"):
            short = name.rpartition(".")[2]
            message = f"`{short}` gives different results on every run; set `random_state`"
            yield Flag(call.func, message, seeding(view, call, "random_state", "0"))


def _is_random(name: str, call: ast.Call) -> bool:
    if "random" in traits.of_function(name):
        return True
    key, values = _RANDOM_IF.get(name, ("", ()))
    given = argument(call, key) if key else None
    return isinstance(given, ast.Constant) and given.value in values


def _is_sample(view: CellView, call: ast.Call) -> bool:
    """Return whether a call samples rows of a DataFrame, as `frac` shows."""
    match call.func:
        case ast.Attribute(attr="sample"):
            return argument(call, "frac") is not None and view.dotted(call.func) is None
        case _:
            return False


def _seeded(view: NotebookView) -> bool:
    return is_seeded(view, "numpy")


RULE = cell_rule(_check, "warning", unless=_seeded)
