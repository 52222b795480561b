"""DVC parameters that the parameter file does not define.

DVC fails before the stage begins: "missing parameters".

## Flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - train.seed
      - train.depth  # flagged
    outs: [model.pkl]
```
```yaml name="params.yaml"
train:
  seed: 1
```
```python name="train.py"
A = 1
```

## Not flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - train.layers.0
      - settings.json:
          - depth
      - settings.py:
          - DEPTH
    outs: [model.pkl]
```
```yaml name="params.yaml"
train:
  layers: [64, 32]
```
```json name="settings.json"
{"depth": 3}
```
```python name="settings.py"
DEPTH = 3
```
```python name="train.py"
A = 1
```
"""

from collections.abc import Iterator

from nb2prod.repository.parameters import has_key, values_of
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import title
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        for parameter in stage.params:
            path = parameter.file.path
            if path is None:
                continue
            if not repository.tree.exists(path) and not repository.brought(path):
                message = (
                    f"{title(stage)} reads parameters from `{path}`, which does not exist; "
                    "add it or correct the path"
                )
                yield Flag(parameter.span, message, path=stage.file)
                continue
            values = values_of(repository.tree, path)
            if parameter.key and values is not None and not has_key(values, parameter.key):
                message = f"`{path}` does not define the parameter `{parameter.key}`; add it"
                yield Flag(parameter.span, message, path=stage.file)


RULE = repository_rule(_check, "error")
