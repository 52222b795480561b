"""Notebooks with the same name in different folders.

Only their folders distinguish them, and tabs, logs and links do not show folders. Rename one of
them.

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
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    first: dict[str, str] = {}
    for path in repository.tree.matching("*.ipynb"):
        name = posixpath.basename(path)
        if name != "index.ipynb" and first.setdefault(name, path) != path:
            yield Flag(None, f"`{first[name]}` has the same name; rename one of them", path=path)


RULE = repository_rule(_check, "info", default=False, aliases=("duplicate-notebook-filename",))
