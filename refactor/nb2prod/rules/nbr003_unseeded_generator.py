"""Random numbers drawn without a seed.

Every run of the notebook shows different numbers, so that a mistake cannot be told from chance.
Seed the generator.

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

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.arguments import unpacks
from nb2prod.rules.shared.randomness import is_seeded
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
_GENERATORS = frozenset({"numpy.random.default_rng", "numpy.random.RandomState"})


def _check(view: CellView) -> Iterator[Flag]:
    seen: set[str] = set()
    for call, name in view.calls(_GENERATORS):
        if not call.args and not call.keywords:
            yield Flag(call, f"`{name}()` gives different numbers on every run; pass a seed")
    for name, calls in view.named_calls.items():
        library = next((lib for lib, draws in _DRAWS.items() if draws.fullmatch(name)), None)
        first = next((call for call in calls if not unpacks(call)), None)
        if library and first and library not in seen:
            seen.add(library)
            message = f"`{name}` gives different numbers on every run; set a seed"
            yield Flag(first.func, message)


def _seeded(view: NotebookView) -> bool:
    return any(is_seeded(view, library) for library in _DRAWS)


RULE = cell_rule(
    _check,
    "warning",
    unless=_seeded,
    words=("rand", "normal", "shuffle", "choice", "sample", "uniform", "gauss"),
)
