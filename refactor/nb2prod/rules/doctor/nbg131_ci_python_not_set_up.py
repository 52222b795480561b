"""Workflow steps that should set up Python but do not.

`actions/checkout` silently ignores `python-version`: the tests run in whatever Python the machine
has, and a matrix of versions tests one version again and again. Use `actions/setup-python`.

## Flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ["3.10", "3.11"]
    steps:
      - name: Set up Python
        uses: actions/checkout@v4
        with:
          python-version: ${{ matrix.python-version }}  # flagged
      - run: pytest
```

## Becomes

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ["3.10", "3.11"]
    steps:
      - uses: actions/checkout@v4
      - name: Set up Python
        uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python-version }}
      - run: pytest
```

## Flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ["3.10", "3.11"]  # flagged
    steps:
      - uses: actions/checkout@v4
      - run: pytest
```

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: 3.10  # flagged
```

## Not flagged

```yaml name=".github/workflows/test.yml"
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ["3.10", "3.11"]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python-version }}
      - run: pytest
  other:
    uses: ./.github/workflows/other.yml
```

## Fix safety

The fix is unsafe: the workflow then runs with another version of Python.
"""

from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.repository.repository import Repository
from nb2prod.repository.workflows import Job, Step, Workflow
from nb2prod.rules.rule import Flag, fix, repository_rule
from nb2prod.text.spans import Span
from nb2prod.text.yaml_spans import Node


def _check(repository: Repository) -> Iterator[Flag]:
    for workflow in repository.workflows:
        for job in workflow.jobs:
            for step in job.steps:
                yield from _step(repository, workflow, job, step)
            yield from _matrix(repository, workflow, job)


def _step(repository: Repository, workflow: Workflow, job: Job, step: Step) -> Iterator[Flag]:
    version = step.node.get("with", "python-version")
    if version is None:
        return
    if step.action == "actions/checkout":
        message = "`actions/checkout` ignores `python-version`; use `actions/setup-python`"
        fixes = _set_up(repository, workflow, job, step)
        yield Flag(version.key, message, fixes, path=workflow.file)
    for value in (version, *_versions(job)):
        if isinstance(value.data, float) and value.raw.endswith("0"):
            message = f"YAML reads {value.raw} as the number {value.data}; put it in quotes"
            change = repository.edit(workflow.file, value.span, f'"{value.raw}"')
            fixes = fix("Put the version in quotes", "unsafe", change)
            yield Flag(value.span, message, fixes, path=workflow.file)


def _versions(job: Job) -> Iterator[Node]:
    matrix = job.node.get("strategy", "matrix", "python-version")
    yield from matrix.items if matrix else ()


def _set_up(repository: Repository, workflow: Workflow, job: Job, step: Step) -> Sequence[Fix]:
    """Return the fix that sets up Python in this step, and checks out in one of its own."""
    text = repository.tree.text(workflow.file) or ""
    uses = step.node.get("uses")
    start = step.node.span.start
    dash = text.rfind("-", 0, start)
    column = dash - (text.rfind("\n", 0, dash) + 1)
    if uses is None or step.node.flow or text[dash + 1 : start].strip() or column < 0:
        return ()
    changes = [repository.edit(workflow.file, uses.span, "actions/setup-python@v5")]
    others = (s for s in job.steps if s is not step)
    if not any(s.action == "actions/checkout" for s in others):
        own = f"{text[dash:start]}uses: {uses.raw}\n{' ' * column}"
        changes.append(repository.edit(workflow.file, Span(dash, dash), own))
    return fix("Use `actions/setup-python` after the checkout", "unsafe", *changes)


def _matrix(repository: Repository, workflow: Workflow, job: Job) -> Iterator[Flag]:
    versions = job.node.get("strategy", "matrix", "python-version")
    if versions is None or versions.key is None:
        return
    text = job.node.span.text(repository.tree.text(workflow.file) or "")
    if "matrix.python-version" not in text and "toJson(matrix)" not in text:
        message = (
            "no step uses the Python versions of the matrix; pass them to `actions/setup-python`"
        )
        yield Flag(versions.key, message, path=workflow.file)


RULE = repository_rule(_check, "error")
