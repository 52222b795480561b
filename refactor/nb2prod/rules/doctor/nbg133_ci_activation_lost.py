"""Environments that are activated in one workflow step and lost in the next.

Each step has its own shell, and its settings end with it: the packages are installed into the
Python of the machine. Activate the environment in each step, or add it to `$GITHUB_PATH`.

## Flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: windows-latest
    steps:
      - run: python -m venv env
      - run: env\\Scripts\\Activate  # flagged
      - run: |
          . .venv/bin/activate  # flagged
      - run: pip install -r requirements.txt
```

## Not flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          source .venv/bin/activate
          pytest
      - run: |
          source .venv/bin/activate
          echo "$VIRTUAL_ENV/bin" >> $GITHUB_PATH
```
"""

import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.spans import Span

_ACTIVATE = re.compile(
    r"(?:(?:source|\.|call|&)\s+)?\"?\S*[\\/](?:bin|Scripts)[\\/]activate(?:\.\w+)?\"?"
    r"|(?:conda|mamba|micromamba)\s+activate\s+\S+",
    re.IGNORECASE,
)


def _check(repository: Repository) -> Iterator[Flag]:
    for workflow in repository.workflows:
        text = repository.tree.text(workflow.file) or ""
        for job in workflow.jobs:
            for step in job.steps[:-1]:
                commands = step.commands.strip()
                last = commands.splitlines()[-1].strip() if commands else ""
                if step.run is None or not _ACTIVATE.fullmatch(last):
                    continue
                at = text.rfind(last, step.run.span.start, step.run.span.end)
                where = Span(at, at + len(last)) if at >= 0 else step.run.span
                message = "the activation ends with this step; activate in each step that needs it"
                yield Flag(where, message, path=workflow.file)


RULE = repository_rule(_check, "warning")
