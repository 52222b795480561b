"""Modules that train a model when they are imported.

Everyone who imports a function or a class of the module, including the tests and the service, waits
for a training run and depends on its data and its errors. Move the training into a function, and
call it under `if __name__ == "__main__":`.

## Flagged

```python name="src/train.py"
from sklearn.svm import SVC

model = SVC()
model.fit([[0], [1]], [0, 1])  # flagged
```
```python name="src/service.py"
from train import model
```

## Not flagged

```python name="src/train.py"
from sklearn.svm import SVC


def main():
    SVC().fit([[0], [1]], [0, 1])


if __name__ == "__main__":
    SVC().fit([[0], [1]], [0, 1])
```
```python name="src/service.py"
from train import main
```
```python name="src/nobody_imports_me.py"
from sklearn.svm import SVC

SVC().fit([[0], [1]], [0, 1])
```
"""

import posixpath
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.training import training_calls
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    modules = repository.modules.all()
    training = {m.path: m for m in modules if any(training_calls(m, m.at_import()))}
    if not training:
        return
    importers: dict[str, str] = {}
    for module in repository.modules.all():
        folders = (posixpath.dirname(module.path), "", "src")
        for imported in module.imports(as_script=True, anywhere=True):
            for target in repository.modules.targets(module, imported, folders):
                if target in training and target != module.path:
                    importers.setdefault(target, module.path)
    for path, importer in sorted(importers.items()):
        module = training[path]
        call = next(training_calls(module, module.at_import()))
        message = (
            f"importing this module, as `{importer}` does, trains a model; "
            "move the training into a function"
        )
        yield Flag(module.span(call), message, path=path)


RULE = repository_rule(_check, "warning")
