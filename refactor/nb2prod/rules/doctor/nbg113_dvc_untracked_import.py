"""DVC stages that import modules missing from their dependencies.

DVC does not follow imports. When one of these modules changes, `dvc repro` reports that everything
is up to date, and the outputs are those of the old code. Add the modules to `deps`.

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

Files in a folder that is listed, packages without code, and imports for types only.

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

## Fix safety

The fix is safe: it only makes DVC run the stage again when the modules change.

## References

- DVC does not track imports: iterative/dvc#1577
"""

from collections.abc import Iterator

from nb2prod.repository.import_closure import import_closure
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import (
    actual_path,
    add_deps,
    all_resolved,
    is_covered,
    scripts,
    title,
)
from nb2prod.rules.rule import Flag, fix, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        if not all_resolved(stage.deps):
            continue
        missing: set[str] = set()
        for script in scripts(repository, stage):
            path = actual_path(repository, script)
            if path is None or not path.endswith(".py"):
                continue
            for module in import_closure(repository.modules, path, script.folders):
                if not is_covered(module, stage.deps) and not repository.modules.is_trivial(module):
                    missing.add(module)
        if missing:
            names = ", ".join(f"`{path}`" for path in sorted(missing))
            them = "it" if len(missing) == 1 else "them"
            message = f"{title(stage)} imports {names}, but `deps` does not list {them}; add {them}"
            # Without `deps`, the script itself comes first, which NBG114 adds.
            change = add_deps(repository, stage, missing) if stage.deps else None
            fixes = fix("Add the modules to `deps`", "safe", change) if change else ()
            yield Flag(stage.span, message, fixes, path=stage.file)


RULE = repository_rule(_check, "warning")
