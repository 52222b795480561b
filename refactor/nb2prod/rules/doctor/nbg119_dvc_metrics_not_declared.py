"""Metrics that a pipeline computes but does not declare.

`dvc metrics show` and `dvc metrics diff` then have nothing to compare. Declare the file of the
metrics under `metrics`.

## Flagged

```yaml name="dvc.yaml"
stages:
  evaluate:  # flagged
    cmd: python evaluate.py
    deps: [evaluate.py]
    outs: [scores.json]
```
```python name="evaluate.py"
from sklearn.metrics import accuracy_score

print(accuracy_score([1], [1]))
```

## Not flagged

```yaml name="dvc.yaml"
stages:
  evaluate:
    cmd: python evaluate.py
    deps: [evaluate.py]
    metrics: [scores.json]
```
```python name="evaluate.py"
from sklearn.metrics import accuracy_score

print(accuracy_score([1], [1]))
```
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import actual_path, scripts, title
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for pipeline in repository.pipelines:
        if any(stage.metrics for stage in pipeline.stages):
            continue
        for stage in pipeline.stages:
            for script in scripts(repository, stage):
                path = actual_path(repository, script)
                module = repository.modules.get(path) if path else None
                names = {module.dotted(call.func) or "" for call in module.calls} if module else ()
                used = sorted(n for n in names if n.startswith("sklearn.metrics."))
                if used:
                    name = used[0].rpartition(".")[2]
                    message = (
                        f"{title(stage)} computes `{name}`, but no stage declares metrics; "
                        "list them under `metrics`"
                    )
                    yield Flag(stage.span, message, path=stage.file)


RULE = repository_rule(_check, "info", default=False)
