"""DVC stages that depend on a file which does not exist.

DVC refuses to run the stage: nothing in the repository, in its data or among the outputs of other
stages has this path.

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

## Fix safety

The fix is safe if the paths differ only in case; otherwise it is unsafe, because another file may
be meant.
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import likely_path, title
from nb2prod.rules.rule import Flag, fix, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        for dep in stage.deps:
            path = dep.path
            if path is None or repository.tree.exists(path) or repository.brought(path):
                continue
            message = f"{title(stage)} depends on `{dep.written}`, which does not exist"
            likely = likely_path(repository, stage, path, repository.produced)
            if likely is None:
                message += "; add it or correct the path"
                yield Flag(dep.span, message, path=stage.file)
                continue
            fixes = ()
            if dep.written == path:
                change = repository.edit(stage.file, dep.span, likely)
                safety = "safe" if likely.casefold() == path.casefold() else "unsafe"
                fixes = fix(f"Depend on `{likely}`", safety, change)
            yield Flag(dep.span, f"{message}; use `{likely}`", fixes, path=stage.file)


RULE = repository_rule(_check, "error")
