"""Projects that do not declare their dependencies.

Readers have to guess the packages, and their versions, from the imports. List them in
requirements.txt, pyproject.toml or environment.yml.

## Flagged

```python name="train.py"
import pandas
```

## Not flagged

```python name="train.py"
import pandas
```
```toml name="pyproject.toml"
[project]
name = "churn"
dependencies = ["pandas"]
```

```python name="only_the_standard_library.py"
import json
```

## References

- Pynblint: dependencies-unmanaged
- mllint: dependency-management/use
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.imports import third_party
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    if repository.manifests:
        return
    names = sorted({use.name for use in third_party(repository)})
    if names or any(path.endswith(".ipynb") for path in repository.tree.files):
        used = f" such as {', '.join(f'`{n}`' for n in names[:5])}" if names else ""
        message = f"no file declares dependencies{used}; list them in requirements.txt"
        yield Flag(None, message)


RULE = repository_rule(_check, "warning", aliases=("dependency-management",))
