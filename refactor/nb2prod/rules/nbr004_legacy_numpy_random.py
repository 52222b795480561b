"""NumPy's old functions draw from one hidden generator.

Everything that draws from it disturbs everything else: a cell that is added or run twice changes
all numbers below. A generator of one's own, `rng = np.random.default_rng(0)`, is passed to those
who need it; and it is the faster and the better one.

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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.view import CellView

_OLD = """seed get_state set_state rand randn randint random_integers random_sample random ranf
    sample choice bytes shuffle permutation beta binomial chisquare dirichlet exponential f gamma
    geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial
    multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto poisson
    power rayleigh standard_cauchy standard_exponential standard_gamma standard_normal standard_t
    triangular uniform vonmises wald weibull zipf"""
_NAMES = frozenset(f"numpy.random.{name}" for name in _OLD.split())


def _check(view: CellView) -> Iterator[Flag]:
    for call, name in view.calls(_NAMES):
        yield Flag(call.func, f"`{name}` uses the one hidden generator of NumPy")


RULE = Rule(
    "NBR004",
    "legacy-numpy-random",
    "info",
    default=False,
    aliases=("numpy-legacy-random",),
    cell=_check,
    words=("random",),
)
