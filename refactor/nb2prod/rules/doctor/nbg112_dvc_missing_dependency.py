"""A stage depends on a file that is not there.

DVC refuses to run the stage: nothing in the repository, in its data, or among the outputs of other
stages has this name.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps:
      - train.py
      - data/Raw/train.csv  # flagged
    outs:
      - model.pkl
```
```python name="train.py"
A = 1
```
```yaml name="data/raw/train.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: train.csv
```

## Becomes

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps:
      - train.py
      - data/raw/train.csv
    outs:
      - model.pkl
```

## Not flagged

```yaml name="dvc.yaml"
vars:
  - folder: data
stages:
  load:
    cmd: python load.py
    deps:
      - load.py
      - https://example.com/data.csv
      - ../elsewhere.csv
    outs:
      - data
  train:
    foreach: [a, b]
    do:
      cmd: python load.py ${item}
      deps:
        - load.py
        - ${folder}/${item}.csv
        - ${unknown}.csv
      outs:
        - ${item}.pkl
```
```python name="load.py"
A = 1
```
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import meant, title
from nb2prod.rules.rule import Flag, Rule, fix


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        for dep in stage.deps:
            path = dep.path
            if path is None or repository.tree.exists(path) or repository.brought(path):
                continue
            message = f"{title(stage)} depends on `{dep.written}`, which is not there"
            like = meant(repository, stage, path, repository.produced)
            if like is None:
                yield Flag(dep.span, message, path=stage.file)
                continue
            fixes = ()
            if dep.written == path:
                change = repository.edit(stage.file, dep.span, like)
                safety = "safe" if like.casefold() == path.casefold() else "unsafe"
                fixes = fix(f"Depend on `{like}`", safety, change)
            yield Flag(dep.span, f"{message}; there is `{like}`", fixes, path=stage.file)


RULE = Rule("NBG112", "dvc-missing-dependency", "error", repository=_check)
