"""Files that are tracked by both git and DVC.

Git keeps every version of the file forever, which DVC is meant to avoid, and DVC refuses to add or
write the file: "output is already tracked by SCM". Remove it from git.

## Flagged

```yaml name="data/train.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: train.csv  # flagged
```
```text name="data/train.csv"
a,b
```

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    outs:
      - model.pkl  # flagged
```
```python name="train.py"
A = 1
```
```text name="model.pkl"
x
```

## Not flagged

```yaml name="data/train.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: train.csv
```
```text name="data/train.csv" tracked=false
a,b
```
```yaml name="dvc.yaml"
stages:
  evaluate:
    cmd: python evaluate.py
    deps: [evaluate.py]
    metrics:
      - scores.json:
          cache: false
```
```python name="evaluate.py"
A = 1
```
```text name="scores.json"
{}
```

## Fix safety

The fix is display-only: nb2prod shows the command and does not run it.
"""

from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.dvc import DvcPath
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    outs = ((stage.file, out) for stage in repository.stages for out in stage.outs)
    for file, item in (*repository.data, *outs):
        if item.path and item.cached and (tracked := _tracked(repository, item)):
            message = f"`{tracked}` is tracked by both git and DVC; remove it from git"
            command = f"git rm -r --cached {item.path}"
            fixes = (Fix(f"Run `{command}`", "display-only", ()),)
            yield Flag(item.span, message, fixes, path=file)


def _tracked(repository: Repository, item: DvcPath) -> str | None:
    """Return an output, or a file in it, that git tracks; None if git tracks nothing of it."""
    path = item.path
    if path in repository.tree.tracked:
        return path
    inside = (p for p in repository.tree.tracked if p.startswith(f"{path}/"))
    return min((p for p in inside if not p.endswith((".gitignore", ".gitkeep"))), default=None)


RULE = repository_rule(_check, "error")
