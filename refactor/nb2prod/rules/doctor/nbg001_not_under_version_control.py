"""Projects that are not under version control.

Without version control, nobody can tell what was changed, when and why, or go back to the version
that worked last week. Create a git repository.

## Flagged

```python name="train.py" git=false
A = 1
```

## Not flagged

```python name="train.py"
A = 1
```

## Fix safety

The fix is display-only: nb2prod shows the command and does not run it.

## References

- Pynblint: repository-not-versioned
- mllint: version-control/code/git
"""

from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    if repository.tree.top is None:
        message = "the folder is not in a git repository; run `git init`"
        yield Flag(None, message, (Fix("Run `git init`", "display-only", ()),))


RULE = repository_rule(_check, "warning", aliases=("repository-not-versioned",))
