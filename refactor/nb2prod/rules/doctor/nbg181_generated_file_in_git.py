"""Generated files in git.

They appear in the diff of every commit, and are out of date in most of them. Remove them from git,
and list them in .gitignore.

## Flagged

```text name="src/__pycache__/a.cpython-311.pyc" flagged=true
x
```
```yaml name="mlruns/0/meta.yaml" flagged=true
a: 1
```
```yaml name="mlruns/1/meta.yaml"
a: 1
```
```python name="get-pip.py" flagged=true
A = 1
```

## Not flagged

```text name="src/__pycache__/a.cpython-311.pyc" tracked=false
x
```
```python name="src/mlruns.py"
A = 1
```

## Fix safety

The fix is display-only: nb2prod shows the command and does not run it.
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_DIRS = """__pycache__ .ipynb_checkpoints mlruns .pytest_cache .mypy_cache .ruff_cache htmlcov wandb
    lightning_logs catboost_info .venv venv node_modules .svelte-kit spark-warehouse .tox"""
_FOLDERS = frozenset(_DIRS.split())
_FILES = re.compile(
    r"\.DS_Store|Thumbs\.db|\.coverage|.*\.pyc|get-pip\.py|ez_setup\.py|get-poetry\.py"
    r"|install-poetry\.py|.*\.egg-info"
)


def _check(repository: Repository) -> Iterator[Flag]:
    seen: set[str] = set()
    for path in sorted(repository.tree.tracked):
        parts = path.split("/")
        inside = next((i for i, part in enumerate(parts[:-1]) if part in _FOLDERS), None)
        if inside is not None:
            generated = "/".join(parts[: inside + 1])
        elif _FILES.fullmatch(posixpath.basename(path)):
            generated = path
        else:
            continue
        if generated not in seen:
            seen.add(generated)
            title = f"Run `git rm -r --cached {generated}`, and list it in .gitignore"
            message = f"git tracks `{generated}`, which is generated; remove it from git"
            yield Flag(None, message, (Fix(title, "display-only", ()),), path=path)


RULE = repository_rule(_check, "info")
