"""Repositories without a pre-commit hook.

Outputs, secrets and syntax errors are best caught before they are in the history.

## Flagged

```python name="train.py"
A = 1
```

## Not flagged

```python name="train.py"
A = 1
```
```yaml name=".pre-commit-config.yaml"
repos: []
```
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_FILES = (
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yml",
    ".husky",
    "prek.toml",
)


def _check(repository: Repository) -> Iterator[Flag]:
    if repository.tree.top and not repository.tree.around(*_FILES):
        yield Flag(None, "no hook checks changes before a commit; add .pre-commit-config.yaml")


RULE = repository_rule(_check, "info", default=False)
