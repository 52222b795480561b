"""Assertions that cannot fail.

They count as tests and test nothing.

## Flagged

```python name="tests/test_train.py"
from train import main, predict


def test_main():
    main()
    assert True  # flagged


def test_message():
    assert (main() == 1, "main gives 1")  # flagged


def test_length():
    assert len(predict()) >= 0  # flagged


def test_or():
    assert predict() or True  # flagged


def test_swallowed():
    try:
        assert predict() == [1]  # flagged
    except Exception:
        pass


def test_same():
    x = predict()
    assert x == x  # flagged
```

## Not flagged

```python name="tests/test_train.py"
import pytest
from train import main, predict


def test_main():
    assert main() == 1, "main gives 1"


def test_raised():
    try:
        assert predict() == [1]
    except AssertionError:
        pytest.fail("other predictions")
    except OSError:
        pass


def test_constant():
    assert False, "not written yet"
    assert len(predict()) > 0
```
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.testing import Function, test_modules, tests
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for module in test_modules(repository):
        for test in tests(module):
            for node, message in _void_assertions(test):
                yield Flag(module.span(node), message, path=module.path)


def _void_assertions(test: Function) -> Iterator[tuple[ast.AST, str]]:
    swallowed = set(_swallowed(test))
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            if reason := _always_true(node.test):
                yield node, f"this assertion cannot fail because {reason}"
            elif node in swallowed:
                yield (
                    node,
                    "this assertion cannot fail the test: its error is caught; let it through",
                )


def _always_true(test: ast.expr) -> str | None:
    """Return why a condition is always true; None if it may be false."""
    match test:
        case ast.Constant(value=value) if value:
            return "its condition is a constant; check a result"
        case ast.Tuple(elts=[_, *_]):
            return "a tuple is always true; remove the parentheses"
        case ast.BoolOp(op=ast.Or(), values=values) if any(map(_always_true, values)):
            return "one side of `or` is always true; remove that side"
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="len")),
            ops=[ast.GtE()],
            comparators=[ast.Constant(value=0)],
        ):
            return "a length is never negative; compare with `> 0`"
        case ast.Compare(left=ast.Name(id=left), ops=[ast.Eq()], comparators=[ast.Name(id=right)]):
            return (
                "both sides are the same; compare with the expected value"
                if left == right
                else None
            )
        case _:
            return None


def _swallowed(test: Function) -> Iterator[ast.AST]:
    """Yield the nodes in a `try` that lets the test pass whatever is raised."""
    for node in ast.walk(test):
        if isinstance(node, ast.Try):
            catching = [h for h in node.handlers if _catches_assertions(h)]
            if catching and _passes(catching[0]):
                for statement in node.body:
                    yield from ast.walk(statement)


def _catches_assertions(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {getattr(kind, "id", "") for kind in kinds if kind}
    return handler.type is None or bool(names & {"Exception", "BaseException", "AssertionError"})


def _passes(handler: ast.ExceptHandler) -> bool:
    nodes = [node for statement in handler.body for node in ast.walk(statement)]
    return not any(
        isinstance(n, ast.Raise | ast.Assert | ast.Call | ast.Return) for n in nodes
    ) or all(
        isinstance(s, ast.Expr) and getattr(getattr(s.value, "func", None), "id", "") == "print"
        for s in handler.body
    )


RULE = repository_rule(_check, "warning")
