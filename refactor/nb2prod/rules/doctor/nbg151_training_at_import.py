"""A model is trained when the module is imported.

Whoever wants a function or a class of the module waits for a training, and gets its data, its time
and its errors: tests and the service among them. Put it into a function, and call that under
`if __name__ == "__main__":`.

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
from nb2prod.rules.doctor.shared.training import fits
from nb2prod.rules.rule import Flag, Rule


def _check(repository: Repository) -> Iterator[Flag]:
    training = {m.path: m for m in repository.modules.all() if any(fits(m, m.at_import()))}
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
        call = next(fits(module, module.at_import()))
        message = f"a model is trained when this module is imported, as `{importer}` does"
        yield Flag(module.span(call), message, path=path)


RULE = Rule("NBG151", "training-at-import", "warning", repository=_check)
