"""Random splits without `random_state`.

Every run trains and tests on different rows: scores vary by chance, and a difference between two
models may be one between two splits. Set `random_state`.

## Flagged

```python
# %%
from sklearn.model_selection import train_test_split, KFold
train, test = train_test_split(rows)  # flagged
folds = KFold(5, shuffle=True, random_state=None)  # flagged
```

## Becomes

```python
# %%
from sklearn.model_selection import train_test_split, KFold
train, test = train_test_split(rows, random_state=0)
folds = KFold(5, shuffle=True, random_state=0)
```

## Flagged

If a split is repeated in a loop, a single seed would give the same split every time, so there is no
fix.

```python
# %%
from sklearn.model_selection import train_test_split
for _ in range(100):
    train, test = train_test_split(rows)  # flagged
```

## Not flagged

Splits that do not shuffle, splits whose `shuffle` is a variable, and splits in notebooks that seed
NumPy's generator, which makes them reproducible.

```python
# %%
from sklearn.model_selection import train_test_split, KFold
train, test = train_test_split(rows, shuffle=False)
train, test = train_test_split(rows, shuffle=SHUFFLE)
train, test = train_test_split(rows, random_state=seed)
train, test = train_test_split(rows, **options)
folds = KFold(5)
```

```python
# %%
import numpy as np
from sklearn.model_selection import train_test_split
np.random.seed(0)
# %%
train, test = train_test_split(rows)
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

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.arguments import argument, unpacks, unset
from nb2prod.rules.shared.randomness import is_seeded, seeding
from nb2prod.rules.view import CellView, NotebookView

_MODULE = "sklearn.model_selection."
_ALWAYS = frozenset(
    {
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "GroupShuffleSplit",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
    }
)
_SHUFFLED = frozenset({"KFold", "StratifiedKFold", "StratifiedGroupKFold"})
_SPLITS = frozenset(f"{_MODULE}{name}" for name in {"train_test_split", *_ALWAYS, *_SHUFFLED})


def _check(view: CellView) -> Iterator[Flag]:
    for call, name in view.calls(_SPLITS):
        short = name.removeprefix(_MODULE)
        if _is_random(short, call) and not unpacks(call) and unset(call, "random_state"):
            message = f"`{short}` gives a different split on every run; set `random_state`"
            # One seed in a loop would draw the same rows in every iteration.
            looped = id(call) in _in_loops(view)
            fixes = () if looped else seeding(view, call, "random_state", "0")
            yield Flag(call.func, message, fixes)


def _in_loops(view: CellView) -> set[int]:
    """Return the ids of the nodes inside loops."""
    loops = view.code.nodes(ast.For, ast.While, ast.ListComp)
    return {id(node) for loop in loops for node in ast.walk(loop)}


def _is_random(name: str, call: ast.Call) -> bool:
    shuffle = argument(call, "shuffle")
    given = shuffle.value if isinstance(shuffle, ast.Constant) else None
    if name == "train_test_split":  # shuffles by default; the value of a variable is unknown
        return shuffle is None or given is True
    return name in _ALWAYS or (name in _SHUFFLED and given is True)


def _seeded(view: NotebookView) -> bool:
    return is_seeded(view, "numpy")


RULE = cell_rule(_check, "warning", unless=_seeded, words=("split", "Split", "KFold"))
