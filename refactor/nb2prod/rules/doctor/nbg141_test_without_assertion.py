"""Tests that assert nothing.

The test passes whatever the code returns or writes, as long as nothing is raised. Assert something
about the result.

## Flagged

```python name="tests/test_train.py"
from train import main


def test_main():  # flagged
    model = main()
    print(model)
```

## Not flagged

```python name="tests/test_train.py"
import pytest
from unittest import TestCase
from helpers import assert_alike, same
from train import main


def test_main():
    assert main()


def test_raises():
    with pytest.raises(ValueError):
        main(1)


def test_helper(mocker, benchmark):
    assert_alike(main(), 1)


def test_other():
    same(main(), 2)


def test_mock(mock):
    main(mock)
    mock.save.assert_called_once()


class TestMain(TestCase):
    def test_main(self):
        self.assertEqual(main(), 1)


@pytest.mark.skip
def test_skipped():
    main()


def test_import():
    from train import other


def test_main_does_not_raise():
    main()
```
```python name="helpers.py"
def same(a, b):
    assert a == b
```
"""

import ast
import re
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.testing import Function, test_modules, tests
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.spans import Span

_CHECKS = re.compile(
    r"(?i)assert|check|verify|expect|should|raises|warns|fail|compare|validate|approve"
)

_SMOKE = re.compile(r"smoke|not_raise|no_error|without_error|runs|import|works|crash")


def _check(repository: Repository) -> Iterator[Flag]:
    checking: set[str] | None = None
    for module in test_modules(repository):
        for test in tests(module):
            intended = test.decorator_list or _SMOKE.search(test.name)
            if intended or not _does_something(test) or _checks(test):
                continue
            if checking is None:
                checking = set(_checking_functions(repository))
            if not _called(test) & checking:
                message = f"`{test.name}` asserts nothing; check the result"
                yield Flag(_head(module, test), message, path=module.path)


def _head(module: Module, test: Function) -> Span:
    """Return the span of the first line of a function."""
    start = module.lines.offset(test.lineno, test.col_offset)
    line = Span(start, module.lines.start(test.lineno + 1))
    return Span(start, start + len(line.text(module.source).rstrip()))


def _does_something(test: Function) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(test))


def _checks(test: ast.AST) -> bool:
    """Return whether a function asserts, or calls a function whose name says that it does."""
    return any(
        isinstance(node, ast.Assert | ast.Raise) or _CHECKS.search(_name(node))
        for node in ast.walk(test)
        if not isinstance(node, ast.arg) and node is not test
    )


def _name(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def _called(test: Function) -> set[str]:
    names = {_name(node) for node in ast.walk(test)}
    fixtures = {arg.arg for arg in (*test.args.args, *test.args.kwonlyargs)}
    return names | fixtures


def _checking_functions(repository: Repository) -> Iterator[str]:
    """Yield the names of the repository's functions that assert something."""
    for module in repository.modules.all():
        for node in module.nodes:
            if isinstance(node, Function) and not node.name.startswith("test") and _checks(node):
                yield node.name


RULE = repository_rule(_check, "info")
