"""The folder is not under version control.

What was changed, when and why is lost, and so is what worked last week.

## Flagged

```python name="train.py" git=false
A = 1
```

## Not flagged

```python name="train.py"
A = 1
```

## References

- Pynblint: repository-not-versioned
- mllint: version-control/code/git
"""

from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, Rule


def _check(repository: Repository) -> Iterator[Flag]:
    if repository.tree.top is None:
        yield Flag(
            None, "no git repository holds this folder", (Fix("`git init`", "display-only", ()),)
        )


RULE = Rule(
    "NBG001",
    "not-under-version-control",
    "warning",
    aliases=("repository-not-versioned",),
    repository=_check,
)
