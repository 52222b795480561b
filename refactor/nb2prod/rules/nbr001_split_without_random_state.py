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

## Not flagged

Without `shuffle` nothing is drawn; and where NumPy's generator is seeded, the draw is fixed by it.

```python
# %%
from sklearn.model_selection import train_test_split, KFold
train, test = train_test_split(rows, shuffle=False)
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
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.randomness import argument, seeds, spreads
from nb2prod.rules.rule import CellView, Flag, NotebookView, Rule, fix
from nb2prod.source import Span

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


def _check(view: CellView) -> Iterator[Flag]:
    for call in view.code.nodes(ast.Call):
        name = view.dotted(call.func) or ""
        short = name.removeprefix(_MODULE)
        if short == name or spreads(call) or not _draws(short, call):
            continue
        state = argument(call, "random_state")
        if state is None or (isinstance(state, ast.Constant) and state.value is None):
            message = f"`{short}` draws other rows in each run: it has no `random_state`"
            yield Flag(call.func, message, _fixes(view, call, state))


def _draws(name: str, call: ast.Call) -> bool:
    shuffle = argument(call, "shuffle")
    given = shuffle.value if isinstance(shuffle, ast.Constant) else None
    if name == "train_test_split":
        return given is not False
    return name in _ALWAYS or (name in _SHUFFLED and given is True)


def _fixes(view: CellView, call: ast.Call, state: ast.expr | None) -> Sequence[Fix]:
    title = "Add `random_state=0`; the numbers will be others"
    if state is not None:
        return fix(title, "unsafe", view.edit(state, "0"))
    last = max(
        [*call.args, *(k.value for k in call.keywords)],
        key=lambda n: (n.end_lineno, n.end_col_offset),
        default=None,
    )
    if last is None:
        return ()
    end = view.code.span(last).end
    while (
        end < len(view.code.code)
        and view.code.code[end] == ")"
        and end < view.code.span(call).end - 1
    ):
        end += 1  # of brackets around the last argument
    return fix(title, "unsafe", view.edit(Span(end, end), ", random_state=0"))


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
