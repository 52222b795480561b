"""Legacy NumPy functions that share one global generator.

Every draw from it affects all later ones: a cell that is added or run twice changes all numbers
below. Create a generator with `rng = np.random.default_rng(0)` and pass it to the code that needs
it; it is also faster and statistically better.

## Flagged

```python
# %%
import numpy as np
np.random.seed(0)  # flagged
noise = np.random.randn(10) + np.random.rand(10)  # flagged
```

## Not flagged

```python
# %%
import numpy as np
generator = np.random.default_rng(0)
noise = generator.normal(size=10)
old = np.random.RandomState(0)
```

## References

- ruff: NPY002
- NumPy: NEP 19, random number generator policy
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView

_LEGACY = """seed get_state set_state rand randn randint random_integers random_sample random ranf
    sample choice bytes shuffle permutation beta binomial chisquare dirichlet exponential f gamma
    geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial
    multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto poisson
    power rayleigh standard_cauchy standard_exponential standard_gamma standard_normal standard_t
    triangular uniform vonmises wald weibull zipf"""
_NAMES = frozenset(f"numpy.random.{name}" for name in _LEGACY.split())


def _check(view: CellView) -> Iterator[Flag]:
    for call, name in view.calls(_NAMES):
        message = f"`{name}` uses NumPy's global generator; use `numpy.random.default_rng`"
        yield Flag(call.func, message)


RULE = cell_rule(_check, "info", default=False, aliases=("numpy-legacy-random",), words=("random",))
