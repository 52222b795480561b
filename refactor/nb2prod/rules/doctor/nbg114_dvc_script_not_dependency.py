"""A stage does not depend on the script that it runs.

When the script changes, `dvc repro` says that the stage is up to date.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py  # flagged
    outs:
      - model.pkl
```
```python name="train.py"
A = 1
```

## Becomes

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps:
      - train.py
    outs:
      - model.pkl
```

## Not flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python -m jobs.train
    deps:
      - jobs/
    outs:
      - model.pkl
```
```python name="jobs/train.py"
A = 1
```
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import added_deps, all_known, covered, scripts, title
from nb2prod.rules.rule import Flag, Rule, fix


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        if not all_known(stage.deps):
            continue
        for script in scripts(repository, stage):
            if script.there and not covered(script.path, stage.deps):
                message = f"{title(stage)} does not depend on `{script.path}`, which it runs"
                change = added_deps(repository, stage, [script.path])
                fixes = fix("Add to the dependencies", "safe", change) if change else ()
                yield Flag(script.span, message, fixes, path=stage.file)


RULE = Rule("NBG114", "dvc-script-not-dependency", "warning", repository=_check)
