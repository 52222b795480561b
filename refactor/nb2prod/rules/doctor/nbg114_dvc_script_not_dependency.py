"""DVC stages that do not depend on the script they run.

When the script changes, `dvc repro` reports that the stage is up to date. Add the script to `deps`.

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

## Fix safety

The fix is safe: it only makes DVC run the stage again when the script changes.
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import add_deps, all_resolved, is_covered, scripts, title
from nb2prod.rules.rule import Flag, fix, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        if not all_resolved(stage.deps):
            continue
        for script in scripts(repository, stage):
            if script.exists and not is_covered(script.path, stage.deps):
                message = (
                    f"{title(stage)} runs `{script.path}`, but `deps` does not list it; add it"
                )
                change = add_deps(repository, stage, [script.path])
                fixes = fix("Add the script to `deps`", "safe", change) if change else ()
                yield Flag(script.span, message, fixes, path=stage.file)


RULE = repository_rule(_check, "warning")
