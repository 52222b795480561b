"""Projects without tests.

Without tests, a change that breaks working code goes unnoticed. Begin with a test of one function.

## Flagged

```python name="train.py"
def clean(rows):
    return rows
```

## Not flagged

```python name="train.py"
def clean(rows):
    return rows
```
```python name="tests/test_train.py"
from train import clean


def test_clean():
    assert clean([]) == []
```

## References

- Pynblint: test-coverage-data-not-available
- mllint: testing/has-tests
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_TEST = re.compile(r"test_.*\.py|.*_test\.py|tests?\.py|.*\.bats")


def _check(repository: Repository) -> Iterator[Flag]:
    files = repository.tree.files
    code = [path for path in files if path.endswith((".py", ".ipynb"))]
    tests = any(_TEST.fullmatch(posixpath.basename(path)) for path in files)
    if code and not tests:
        yield Flag(None, "the project has no tests; add some")


RULE = repository_rule(_check, "warning", aliases=("test-coverage-data-not-available", "has-tests"))
