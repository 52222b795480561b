"""Git keeps what a program has made, and makes again.

It is a difference in each commit, and out of date in most of them.

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
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, Rule

_MADE = """__pycache__ .ipynb_checkpoints mlruns .pytest_cache .mypy_cache .ruff_cache htmlcov wandb
    lightning_logs catboost_info .venv venv node_modules .svelte-kit spark-warehouse .tox"""
_FOLDERS = frozenset(_MADE.split())
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
            what = "/".join(parts[: inside + 1])
        elif _FILES.fullmatch(posixpath.basename(path)):
            what = path
        else:
            continue
        if what not in seen:
            seen.add(what)
            command = (Fix(f"`git rm -r --cached {what}`, and name it in .gitignore",
                           "display-only", ()),)  # fmt: skip
            yield Flag(
                None, f"git keeps `{what}`, which is made and not written", command, path=path
            )


RULE = Rule("NBG181", "generated-file-in-git", "info", repository=_check)
