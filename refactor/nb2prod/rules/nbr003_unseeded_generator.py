"""Numbers are drawn at random, and no seed is set.

Each run of the notebook shows other numbers, and nobody can tell a mistake from chance.

## Flagged

```python
# %%
import numpy as np
import random
# %%
noise = np.random.normal(size=10)  # flagged
more = np.random.normal(size=10)
# %%
random.shuffle(noise)  # flagged
```

## Not flagged

```python
# %%
import numpy as np
generator = np.random.default_rng(0)
noise = generator.normal(size=10)
```

```python
# %%
import numpy as np
np.random.seed(0)
# %%
noise = np.random.normal(size=10)
```

## References

- dslinter: W5508, W5510, W5511
- Vespucci Linter: uncontrolled randomness
"""

import re
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.randomness import seeds, spreads
from nb2prod.rules.view import CellView, NotebookView

_DRAWS = {
    "numpy": re.compile(
        r"numpy\.random\.(?!seed|get_state|set_state|default_rng|RandomState|Generator|SeedSequence"
        r"|PCG64|MT19937|Philox|SFC64|mtrand|bit_generator)\w+"
    ),
    "random": re.compile(
        r"random\.(?:random|randint|randrange|choice|choices|shuffle|sample|uniform|gauss"
        r"|normalvariate|betavariate|expovariate|triangular|getrandbits)"
    ),
    "torch": re.compile(
        r"torch\.(?:rand|randn|randint|randperm|bernoulli|multinomial|normal)(?:_like)?"
    ),
    "tensorflow": re.compile(
        r"tensorflow\.random\.(?:uniform|normal|truncated_normal|shuffle|categorical|gamma|poisson)"
    ),
}
_FRESH = frozenset({"numpy.random.default_rng", "numpy.random.RandomState"})


def _check(view: CellView) -> Iterator[Flag]:
    seen: set[str] = set()
    for call, name in view.calls(_FRESH):
        if not call.args and not call.keywords:
            yield Flag(call, f"`{name}()` is seeded differently in each run")
    for name, calls in view.named_calls.items():
        library = next((lib for lib, draws in _DRAWS.items() if draws.fullmatch(name)), None)
        first = next((call for call in calls if not spreads(call)), None)
        if library and first and library not in seen:
            seen.add(library)
            yield Flag(first.func, f"`{name}` gives other numbers in each run: no seed is set")


def _seeded(view: NotebookView) -> bool:
    return any(seeds(view, library) for library in _DRAWS)


RULE = Rule(
    "NBR003",
    "unseeded-generator",
    "warning",
    cell=_check,
    unless=_seeded,
    words=("rand", "normal", "shuffle", "choice", "sample", "uniform", "gauss"),
)
