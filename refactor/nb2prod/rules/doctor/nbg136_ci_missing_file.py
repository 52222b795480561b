"""A workflow runs or reads a file that is not there.

The step fails on each run, or was never run.

## Flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          pip install -r Requirements.txt  # flagged
          python scripts/check.py  # flagged
```
```text name="requirements.txt"
pandas
```

## Not flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt
      - run: python check.py
        working-directory: scripts
      - run: curl https://example.com/get.py > get.py
      - run: python get.py
```
```text name="requirements.txt"
pandas
```
```python name="scripts/check.py"
A = 1
```
"""

import posixpath
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.steps import scripts_of_steps
from nb2prod.rules.rule import Flag, Rule


def _check(repository: Repository) -> Iterator[Flag]:
    for workflow in repository.workflows:
        others = {s.action for job in workflow.jobs for s in job.steps if s.action}
        elsewhere = any(
            step.node.get("with", "repository") or step.node.get("with", "path")
            for job in workflow.jobs
            for step in job.steps
            if step.action == "actions/checkout"
        )
        if elsewhere or any("download" in action for action in others):
            continue
        text = repository.tree.text(workflow.file) or ""
        for needed in scripts_of_steps(repository, workflow):
            there = repository.tree.exists(needed.path) or repository.brought(needed.path)
            # What a step makes, it names more than once.
            made = text.count(posixpath.basename(needed.path)) > 1
            if not there and not made:
                like = repository.tree.alike(needed.path)
                more = f"; there is `{like}`" if like else ""
                message = f"`{needed.path}` is not there{more}"
                yield Flag(needed.span, message, path=workflow.file)


RULE = Rule("NBG136", "ci-missing-file", "error", repository=_check)
