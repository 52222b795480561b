"""Relative tolerances around zero, which tolerate nothing.

`approx(0.0, rel=0.1)` accepts only 0, because a tenth of zero is zero. Use `abs=`.

## Flagged

```python name="tests/test_train.py"
import pytest


def test_mean(scaled):
    assert scaled.mean() == pytest.approx(0.0, rel=1e-3)  # flagged
```

## Not flagged

```python name="tests/test_train.py"
import pytest


def test_mean(scaled):
    assert scaled.mean() == pytest.approx(0.0, abs=1e-3)
    assert scaled.mean() == pytest.approx(0.0, rel=1e-3, abs=1e-6)
    assert scaled.std() == pytest.approx(1.0, rel=1e-3)
```

## References

- pytest: `pytest.approx`, "If you specify rel but not abs"
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.testing import test_modules
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for module in test_modules(repository):
        for call in module.calls:
            given = {k.arg for k in call.keywords}
            match call:
                case ast.Call(args=[ast.Constant(value=int() | float() as value)]) if not value:
                    name = module.dotted(call.func)
                    if name == "pytest.approx" and "rel" in given and "abs" not in given:
                        message = "a tolerance relative to 0 accepts only 0; use `abs`"
                        yield Flag(module.span(call), message, path=module.path)
                case _:
                    pass


RULE = repository_rule(_check, "warning")
