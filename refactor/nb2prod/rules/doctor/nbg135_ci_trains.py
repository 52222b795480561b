"""Workflows that train models on every push.

The tests then check a model that was trained a minute ago on another machine and that nobody will
use, and every change costs the time and energy of a training run. Keep the model with DVC, and
train only when the data, code or parameters of the pipeline change.

## Flagged

```yaml name=".github/workflows/test.yml"
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python src/train.py  # flagged
      - run: pytest
```
```python name="src/train.py"
from sklearn.svm import SVC


def main(x, y):
    SVC().fit(x, y)
```

## Not flagged

```yaml name=".github/workflows/train.yml"
on:
  workflow_dispatch:
  schedule:
    - cron: "0 9 * * 1"
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: python src/train.py
```
```yaml name=".github/workflows/test.yml"
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: python src/prepare.py
```
```python name="src/train.py"
from sklearn.svm import SVC

SVC().fit([[1]], [1])
```
```python name="src/prepare.py"
import pandas
```
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.repository.workflows import Workflow
from nb2prod.rules.doctor.shared.steps import scripts_of_steps
from nb2prod.rules.doctor.shared.training import training_calls
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for workflow in repository.workflows:
        if not _on_push(workflow):
            continue
        for script in scripts_of_steps(repository, workflow):
            module = repository.modules.get(script.path)
            if module and any(training_calls(module)):
                message = (
                    f"every push runs `{script.path}`, which trains a model; "
                    "limit it to changes of the pipeline"
                )
                yield Flag(script.span, message, path=workflow.file)


def _on_push(workflow: Workflow) -> bool:
    events = workflow.node.get("on")
    if events is None:
        return False
    push = events.get("push")
    if push and push.get("paths"):
        return False
    return "push" in events.members or any(n.text == "push" for n in events.texts())


RULE = repository_rule(_check, "info")
