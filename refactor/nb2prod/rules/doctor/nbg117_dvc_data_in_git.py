"""A file is kept by git and by DVC.

Git keeps every version of it for ever, which DVC is there to avoid; and DVC refuses to add or to
write it: "output is already tracked by SCM".

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
"""

from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.dvc import DvcPath
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, Rule


def _check(repository: Repository) -> Iterator[Flag]:
    outs = ((stage.file, out) for stage in repository.stages for out in stage.outs)
    for file, item in (*repository.data, *outs):
        if item.path and item.cached and (kept := _kept(repository, item)):
            message = f"`{kept}` is kept by git and by DVC"
            command = f"git rm -r --cached {item.path}"
            yield Flag(item.span, message, (Fix(f"`{command}`", "display-only", ()),), path=file)


def _kept(repository: Repository, item: DvcPath) -> str | None:
    """Return what git keeps of an output, one file of it."""
    path = item.path
    if path in repository.tree.tracked:
        return path
    inside = (p for p in repository.tree.tracked if p.startswith(f"{path}/"))
    return min((p for p in inside if not p.endswith((".gitignore", ".gitkeep"))), default=None)


RULE = Rule("NBG117", "dvc-data-in-git", "error", repository=_check)
