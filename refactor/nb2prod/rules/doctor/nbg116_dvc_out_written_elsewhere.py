"""DVC outputs that the code of the stage writes to another path.

DVC runs the stage to its end, does not find the output, and fails. Only paths that the code
determines are reported. Correct the path in `outs` or in the code.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python src/train.py
    deps: [src/train.py, src/config.py]
    outs:
      - models/model.pkl  # flagged
```
```python name="src/train.py"
import joblib
from config import MODELS

joblib.dump({}, MODELS / "model.pkl")
```
```python name="src/config.py"
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "artifacts" / "models"
```

## Not flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python src/train.py
    deps: [src/train.py]
    outs:
      - models/model.pkl
      - models/scaler.pkl
      - report.txt
```
```python name="src/train.py"
import os
import sys
import joblib

joblib.dump({}, os.path.join(os.path.dirname(__file__), "..", "models", "model.pkl"))
joblib.dump({}, f"{sys.argv[1]}/scaler.pkl")
joblib.dump({}, "backup/scaler.pkl")
open("tmp/report.txt", "w").write("")
open("report.txt", "w").write("")
```
"""

import ast
import posixpath
from collections.abc import Iterator

from nb2prod.repository.dvc import DvcStage
from nb2prod.repository.import_closure import import_closure
from nb2prod.repository.modules import Module
from nb2prod.repository.paths import Paths
from nb2prod.repository.repository import Repository
from nb2prod.repository.writes import writes
from nb2prod.rules.doctor.shared.stages import actual_path, scripts, title
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        modules = dict(_code(repository, stage))
        if not modules:
            continue
        written: set[str] = set()
        for module, folder in modules.values():
            written |= {write.path for write in writes(module, Paths(repository.modules, folder))}
        for out in stage.outs:
            if out.path is None:
                continue
            name = posixpath.basename(out.path)
            elsewhere = sorted(path for path in written if posixpath.basename(path) == name)
            # If it is also written to the right path or to an unknown one, it may exist.
            mentions = sum(_mentions(module, name) for module, _ in modules.values())
            if elsewhere and out.path not in elsewhere and mentions <= len(elsewhere):
                paths = ", ".join(f"`{path}`" for path in elsewhere)
                message = f"{title(stage)} writes {paths}, not `{out.written}`; correct the path"
                yield Flag(out.span, message, path=stage.file)


def _code(repository: Repository, stage: DvcStage) -> Iterator[tuple[str, tuple[Module, str]]]:
    """Yield the modules that a stage runs, each with its working directory."""
    for script in scripts(repository, stage):
        path = actual_path(repository, script)
        if path is None:
            continue
        for file in (path, *import_closure(repository.modules, path, script.folders)):
            if module := repository.modules.get(file):
                yield file, (module, script.folder)


def _mentions(module: Module, name: str) -> int:
    """Count the string constants of a module that contain the name of a file."""
    return sum(
        1
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name in node.value
    )


RULE = repository_rule(_check, "error")
