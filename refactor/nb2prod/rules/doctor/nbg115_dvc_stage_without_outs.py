"""DVC stages that declare no outputs.

DVC orders stages by their outputs and dependencies: a stage without outputs never counts as coming
before another, and the files it writes are neither cached nor restored. List them under `outs`.

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

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator

from nb2prod.repository.dvc import DvcStage
from nb2prod.repository.modules import Module
from nb2prod.repository.paths import Paths
from nb2prod.repository.repository import Repository
from nb2prod.repository.writes import writes
from nb2prod.rules.doctor.shared.stages import actual_path, scripts, title
from nb2prod.rules.rule import Flag, repository_rule

_CHECKS = re.compile(r"\b(?:pytest|tox|nox|ruff|pylint|flake8|mypy|lint|test)\b")


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        checks = any(_CHECKS.search(command.written) for command in stage.commands)
        if stage.outs or stage.frozen or checks or not stage.commands:
            continue
        modules = dict(_modules(repository, stage))
        written = {
            write.path
            for module, folder in modules.items()
            for write in writes(module, Paths(repository.modules, folder))
        }
        inside = sorted(path for path in written if not path.startswith(("/", "..")))
        names = ", ".join(f"`{path}`" for path in inside)
        writes_it = f"writes {names} but declares no outputs" if names else "declares no outputs"
        used = _manual_data(repository, stage, modules)
        message = f"{title(stage)} {writes_it}{used}; list them under `outs`"
        yield Flag(stage.span, message, path=stage.file)


def _modules(repository: Repository, stage: DvcStage) -> Iterator[tuple[Module, str]]:
    """Yield the scripts that a stage runs, each with its working directory."""
    for script in scripts(repository, stage):
        path = actual_path(repository, script)
        if path and (module := repository.modules.get(path)):
            yield module, script.folder


def _manual_data(repository: Repository, stage: DvcStage, modules: Iterable[Module]) -> str:
    """Describe the manually added data that the code mentions and another stage depends on."""
    data = {item.path for _, item in repository.data if item.path}
    texts = [
        node.value
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    others = [other for other in repository.stages if other.name != stage.name]
    named = {
        (dep.path, title(other))
        for other in others
        for dep in other.deps
        if dep.path in data and any(posixpath.basename(dep.path) in text for text in texts)
    }
    if not named:
        return ""
    listed = ", ".join(f"`{path}`, which {other} depends on" for path, other in sorted(named))
    return f", although its code mentions {listed}"


RULE = repository_rule(_check, "warning")
