"""Shell variables that are set in one workflow step and read in another.

Each step has its own shell, so the variable is empty, and a condition on it is always false or
always true. Write it to `$GITHUB_ENV` or `$GITHUB_OUTPUT`.

## Flagged

```yaml name=".github/workflows/drift.yml"
jobs:
  drift:
    runs-on: windows-latest
    steps:
      - run: |
          $drift = $(cat drift.txt)
          echo "$drift"
      - run: |
          if ($drift -eq "1") {  # flagged
            docker-compose build
          }
```

```yaml name=".github/workflows/drift.yml"
jobs:
  drift:
    runs-on: ubuntu-latest
    steps:
      - run: DRIFT=$(cat drift.txt)
      - run: if [ "$DRIFT" = 1 ]; then make; fi  # flagged
```

## Not flagged

```yaml name=".github/workflows/drift.yml"
jobs:
  drift:
    runs-on: ubuntu-latest
    env:
      LEVEL: 1
    steps:
      - run: |
          DRIFT=$(cat drift.txt)
          LEVEL=2
          echo "DRIFT=$DRIFT" >> "$GITHUB_ENV"
      - run: if [ "$DRIFT" = 1 ] && [ "$LEVEL" = 1 ]; then make; fi
      - run: |
          DRIFT=3
          echo $DRIFT
```
"""

import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.repository.workflows import Job, Step, Workflow
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.spans import Span

_BASH_SET = re.compile(r"(?:^|[;&|\s(])(?:export\s+|local\s+|read\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)=")
_BASH_READ = re.compile(r"(?<![\\'])\$\{?([A-Za-z_]\w*)")
_PWSH_SET = re.compile(r"(?:^|[\s({;])\$([A-Za-z_]\w*)\s*=(?!=)")
_PWSH_READ = re.compile(r"(?<![`:])\$\{?([A-Za-z_]\w*)(?![\w:])")
_LOOP = re.compile(r"\b(?:for|foreach|read|mapfile|param)\b[^\n]*?\$?([A-Za-z_]\w*)")


def _check(repository: Repository) -> Iterator[Flag]:
    for workflow in repository.workflows:
        for job in workflow.jobs:
            yield from _job(repository, workflow, job)


def _job(repository: Repository, workflow: Workflow, job: Job) -> Iterator[Flag]:
    text = repository.tree.text(workflow.file) or ""
    given = _environment(workflow) | _environment(job)
    lost: set[str] = set()
    for step in job.steps:
        if step.run is None:
            continue
        exported = re.search(r"GITHUB_(?:ENV|OUTPUT)|::set-", step.commands) is not None
        fold = str.casefold if step.shell in {"pwsh", "powershell"} else str
        sets, reads = _uses(step)
        own = {fold(name) for name in sets} | {fold(n) for n in _LOOP.findall(step.commands)}
        known = own | {fold(name) for name in given | _environment(step)}
        for name in reads:
            if fold(name) in lost and fold(name) not in known:
                match = re.search(rf"\$\{{?{name}\b", step.run.span.text(text))
                at = step.run.span.start + (match.start() if match else 0)
                end = step.run.span.start + match.end() if match else step.run.span.end
                message = (
                    f"`{name}` is set in another step and empty in this one; "
                    "write it to `$GITHUB_ENV`"
                )
                yield Flag(Span(at, end), message, path=workflow.file)
        if not exported:
            lost |= own


def _environment(where: Workflow | Job | Step) -> set[str]:
    node = where.node.get("env")
    return set(node.members) if node else set()


def _uses(step: Step) -> tuple[set[str], list[str]]:
    """Return the variables that a step sets, and those that it reads."""
    commands = re.sub(r"\$\{\{.*?\}\}", "", step.commands)
    commands = re.sub(r"(?m)^\s*#.*$", "", commands)
    if step.shell in {"pwsh", "powershell"}:
        return set(_PWSH_SET.findall(commands)), _PWSH_READ.findall(commands)
    if step.shell in {"bash", "sh"}:
        return set(_BASH_SET.findall(commands)), _BASH_READ.findall(commands)
    return set(), []


RULE = repository_rule(_check, "error")
