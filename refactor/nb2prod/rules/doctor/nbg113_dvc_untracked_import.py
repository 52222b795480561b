"""A stage runs code that is not among its dependencies.

DVC does not follow imports. When one of these modules changes, `dvc repro` says that everything is
up to date, and the outputs are those of the old code.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:  # flagged
    cmd: python src/train.py
    deps:
      - src/train.py
    outs:
      - model.pkl
```
```python name="src/train.py"
from features import scaled
```
```python name="src/features.py"
import settings


def scaled(x):
    return x / settings.SCALE
```
```python name="src/settings.py"
SCALE = 10
```

## Becomes

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python src/train.py
    deps:
      - src/train.py
      - src/features.py
      - src/settings.py
    outs:
      - model.pkl
```

## Flagged

```yaml name="dvc.yaml"
stages:
  train:  # flagged
    cmd: python -m churn.train
    deps: [churn/train.py]
    outs: [model.pkl]
```
```python name="churn/__init__.py"
SEED = 1
```
```python name="churn/train.py"
from churn import SEED
```

## Not flagged

A folder covers what is in it; a package without code, and imports for types only, change nothing.

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python src/train.py
    deps: [src]
    outs: [model.pkl]
  report:
    cmd: python -m churn.report
    deps: [churn/report.py]
    outs: [report.txt]
```
```python name="src/train.py"
import features
import pandas
```
```python name="src/features.py"
A = 1
```
```python name="churn/__init__.py"
\"\"\"The package.\"\"\"
```
```python name="churn/report.py"
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from churn import other
```
```python name="churn/other.py"
B = 1
```

## References

- DVC does not track imports: iterative/dvc#1577
"""

from collections.abc import Iterator

from nb2prod.repository.import_closure import import_closure
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import added_deps, all_known, covered, real, scripts, title
from nb2prod.rules.rule import Flag, Rule, fix


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        if not all_known(stage.deps):
            continue
        missing: set[str] = set()
        for script in scripts(repository, stage):
            path = real(repository, script)
            if path is None or not path.endswith(".py"):
                continue
            for module in import_closure(repository.modules, path, script.folders):
                if not covered(module, stage.deps) and not repository.modules.is_trivial(module):
                    missing.add(module)
        if missing:
            named = ", ".join(f"`{path}`" for path in sorted(missing))
            message = f"{title(stage)} imports {named}, not among its dependencies"
            # Where there is no list yet, the script itself comes first.
            change = added_deps(repository, stage, missing) if stage.deps else None
            fixes = fix("Add to the dependencies", "safe", change) if change else ()
            yield Flag(stage.span, message, fixes, path=stage.file)


RULE = Rule("NBG113", "dvc-untracked-import", "warning", repository=_check)
