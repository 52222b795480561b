"""A split draws at random without `random_state`.

Each run trains and tests on other rows: scores go up and down by chance, and a difference between
two models may be one between two splits. The fix is not safe, because it changes the numbers.

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

Where a split is repeated to see how much it matters, one seed would end that: there is no fix.

```python
# %%
from sklearn.model_selection import train_test_split
for _ in range(100):
    train, test = train_test_split(rows)  # flagged
```

## Not flagged

Without `shuffle` nothing is drawn, and what a variable says of it is not known; and where NumPy's
generator is seeded, the draw is fixed by it.

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

## References

- dslinter: W5509
- Vespucci Linter: uncontrolled randomness
- scikit-learn: common pitfalls, controlling randomness
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.randomness import argument, seeds, spreads, unset, with_argument
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
        if _draws(short, call) and not spreads(call) and unset(call, "random_state"):
            message = f"`{short}` draws other rows in each run: it has no `random_state`"
            # One seed for all rounds of a loop would draw the same rows in each of them.
            looped = id(call) in _in_loops(view)
            seeded = () if looped else with_argument(view, call, "random_state", "0")
            yield Flag(call.func, message, seeded)


def _in_loops(view: CellView) -> set[int]:
    """Return which nodes are evaluated again and again."""
    loops = view.code.nodes(ast.For, ast.While, ast.ListComp)
    return {id(node) for loop in loops for node in ast.walk(loop)}


def _draws(name: str, call: ast.Call) -> bool:
    shuffle = argument(call, "shuffle")
    given = shuffle.value if isinstance(shuffle, ast.Constant) else None
    if name == "train_test_split":  # what a variable says of it is not known
        return shuffle is None or given is True
    return name in _ALWAYS or (name in _SHUFFLED and given is True)


def _seeded(view: NotebookView) -> bool:
    return seeds(view, "numpy")


RULE = Rule(
    "NBR001",
    "split-without-random-state",
    "warning",
    cell=_check,
    unless=_seeded,
    words=("split", "Split", "KFold"),
)
