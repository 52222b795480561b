"""Two notebooks have the same name.

Only their folders tell them apart, which in tabs, logs and links are not seen.

## Flagged

```json name="a/report.ipynb"
{}
```
```json name="b/report.ipynb" flagged=true
{}
```

## Not flagged

```json name="a/report.ipynb"
{}
```
```json name="b/summary.ipynb"
{}
```
```json name="c/index.ipynb"
{}
```
```json name="d/index.ipynb"
{}
```

## References

- Pynblint: duplicate-notebook-filename
"""

import posixpath
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, Rule


def _check(repository: Repository) -> Iterator[Flag]:
    first: dict[str, str] = {}
    for path in repository.tree.matching("*.ipynb"):
        name = posixpath.basename(path)
        if name != "index.ipynb" and first.setdefault(name, path) != path:
            yield Flag(None, f"`{first[name]}` has the same name", path=path)


RULE = Rule(
    "NBG006",
    "duplicate-notebook-name",
    "info",
    default=False,
    aliases=("duplicate-notebook-filename",),
    repository=_check,
)
