"""Packages that declare no dependencies but import other packages.

The package cannot be imported after an installation, because nothing installs what it needs. List
the packages under `dependencies` in pyproject.toml.

## Flagged

```toml name="pyproject.toml"
[project]  # flagged
name = "churn"
version = "1.0"
```
```python name="churn/train.py"
import pandas
```
```text name="requirements.txt"
pandas==2.2.0
```

## Not flagged

```toml name="pyproject.toml"
[project]
name = "churn"
version = "1.0"
dynamic = ["dependencies"]
```
```python name="churn/train.py"
import pandas
```

```toml name="pyproject.toml"
[tool.ruff]
line-length = 99
```
```python name="churn/train.py"
import pandas
```
"""

import re
from collections.abc import Iterator

from nb2prod.repository.manifest_files import read_toml
from nb2prod.repository.repository import Repository
from nb2prod.repository.requirements import declares_dependencies
from nb2prod.rules.doctor.shared.imports import third_party
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.spans import Span

_PROJECT = re.compile(r"^\[project\]", re.MULTILINE)


def _check(repository: Repository) -> Iterator[Flag]:
    path = "pyproject.toml"
    data = read_toml(repository.tree, path)
    if "project" not in data or declares_dependencies(data):
        return
    names = sorted({use.name for use in third_party(repository) if not use.guarded})
    match = _PROJECT.search(repository.tree.text(path) or "")
    if names and match:
        shown = ", ".join(f"`{name}`" for name in names[:3])
        message = f"the package imports {shown} but declares no dependencies; list them"
        yield Flag(Span(*match.span()), message, path=path)


RULE = repository_rule(_check, "warning")
