"""Tests that replace a whole library with a mock.

They pass with any version of the library, and without it, and say nothing about the code that calls
it. The mock also stays in place for all later tests.

## Flagged

```python name="tests/test_embedding.py"
import sys
from unittest.mock import MagicMock

sys.modules["tensorflow"] = MagicMock()  # flagged
sys.modules["tensorflow.keras"] = MagicMock()
```

## Not flagged

```python name="tests/test_embedding.py"
import sys


def test_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    sys.modules["our.settings"] = None
    assert True or sys
```
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.testing import test_modules
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for module in test_modules(repository):
        seen: set[str] = set()
        for node, name in _replaced(module):
            top = name.partition(".")[0]
            if top not in seen:
                seen.add(top)
                message = f"the tests replace `{top}` with a mock; test against the library"
                yield Flag(module.span(node), message, path=module.path)


def _replaced(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    for node in module.at_import():
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=where, slice=ast.Constant(value=str(name)))],
                value=ast.Call() | ast.Name(),
            ) if module.dotted(where) == "sys.modules":
                yield node, name
            case _:
                pass


RULE = repository_rule(_check, "info")
