"""Workflows that run or read a file that does not exist.

The step fails on every run. Correct the path, or add the file to the repository.

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
from nb2prod.rules.rule import Flag, repository_rule


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
            exists = repository.tree.exists(needed.path) or repository.brought(needed.path)
            # A file that a step creates is mentioned more than once.
            created = text.count(posixpath.basename(needed.path)) > 1
            if not exists and not created:
                likely = repository.tree.alike(needed.path)
                remedy = f"use `{likely}`" if likely else "add it or correct the path"
                message = f"`{needed.path}` does not exist; {remedy}"
                yield Flag(needed.span, message, path=workflow.file)


RULE = repository_rule(_check, "error")
