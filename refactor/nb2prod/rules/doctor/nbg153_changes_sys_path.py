"""Modules that change `sys.path`.

Their imports work only from one folder and in one order. A project that is installed
(`pip install -e .`), or run with `python -m`, finds its own modules.

## Flagged

```python name="src/models/train.py"
import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "../.."))  # flagged
from src import config
```

## Not flagged

```python name="tests/conftest.py"
import sys

sys.path.insert(0, "src")
```
"""

import posixpath
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        if posixpath.basename(module.path) in {"conftest.py", "setup.py", "conf.py"}:
            continue
        for call in module.calls:
            if module.dotted(call.func) in {"sys.path.append", "sys.path.insert"}:
                message = "the module changes `sys.path`; install the project instead"
                yield Flag(module.span(call), message, path=module.path)
                break


RULE = repository_rule(_check, "info")
