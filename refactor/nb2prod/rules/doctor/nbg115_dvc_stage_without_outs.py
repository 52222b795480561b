"""A stage does not say what it writes.

DVC runs stages in the order of their outputs and dependencies: a stage without outputs is never
known to come before another, and what it writes is neither kept nor restored.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:  # flagged
    cmd: python train.py
    deps: [train.py]
```
```python name="train.py"
import joblib
joblib.dump({}, "models/model.pkl")
```

## Not flagged

```yaml name="dvc.yaml"
stages:
  test:
    cmd: pytest
    deps: [tests]
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
```python name="tests/test_a.py"
def test_a(): assert 1 + 1 == 2
```
"""

import re
from collections.abc import Iterator

from nb2prod.repository.paths import Paths
from nb2prod.repository.repository import Repository
from nb2prod.repository.writes import writes
from nb2prod.rules.doctor.stages import real, scripts, title
from nb2prod.rules.rule import Flag, Rule

_CHECKS = re.compile(r"\b(?:pytest|tox|nox|ruff|pylint|flake8|mypy|lint|test)\b")


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        checks = any(_CHECKS.search(command.written) for command in stage.commands)
        if stage.outs or stage.frozen or checks or not stage.commands:
            continue
        written: set[str] = set()
        for script in scripts(repository, stage):
            path = real(repository, script)
            if path and (module := repository.modules.get(path)):
                paths = Paths(repository.modules, script.folder)
                written |= {write.path for write in writes(module, paths)}
        inside = sorted(path for path in written if not path.startswith(("/", "..")))
        named = ", ".join(f"`{path}`" for path in inside)
        said = f"writes {named}, and does not say so" if named else "declares no outputs"
        yield Flag(stage.span, f"{title(stage)} {said}", path=stage.file)


RULE = Rule("NBG115", "dvc-stage-without-outs", "warning", repository=_check)
