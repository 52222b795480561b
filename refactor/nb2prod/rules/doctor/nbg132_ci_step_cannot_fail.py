"""Workflow steps that check something but cannot fail.

The findings are in a log that nobody reads, and the workflow passes regardless. Let the step fail.

## Flagged

```yaml name=".github/workflows/lint.yml"
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Pylint
        continue-on-error: true  # flagged
        run: pylint src
      - run: |
          pip install flake8
          flake8 . --exit-zero --max-line-length=127  # flagged
          pytest || true  # flagged
```

## Not flagged

```yaml name=".github/workflows/lint.yml"
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: pylint src
      - run: rm -r build || true
      - continue-on-error: true
        run: curl https://example.com/notify
      - run: |
          # stop the build if there are Python syntax errors
          flake8 . --select=E9,F63
          # exit-zero treats all errors as warnings
          flake8 . --exit-zero
```

## Fix safety

The fix is unsafe: the workflow fails if the check has findings. It is offered only for
`continue-on-error`.
"""

import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.repository.workflows import Step, Workflow
from nb2prod.rules.doctor.shared.checks import TOOLS
from nb2prod.rules.rule import Flag, fix, repository_rule
from nb2prod.text.spans import Span

_SWALLOWED = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b[^\n]*)\s*$|;\s*(?:true|exit 0)\s*$")
_ZERO = re.compile(r"--exit-zero\b|--fail-under[= ]0\b|--soft-fail\b")


def _check(repository: Repository) -> Iterator[Flag]:
    for workflow in repository.workflows:
        for job in workflow.jobs:
            for step in job.steps:
                if TOOLS.search(step.commands):
                    yield from _step(repository, workflow, step)


def _step(repository: Repository, workflow: Workflow, step: Step) -> Iterator[Flag]:
    tolerant = step.node.get("continue-on-error")
    if tolerant and tolerant.data is True and tolerant.key:
        text = repository.tree.text(workflow.file) or ""
        line = _whole_line(text, Span(tolerant.key.start, tolerant.span.end))
        change = repository.edit(workflow.file, line, "") if line else None
        fixes = fix("Remove `continue-on-error`", "unsafe", change) if change else ()
        where = Span(tolerant.key.start, tolerant.span.end)
        message = "the workflow passes even if this check fails; remove `continue-on-error`"
        yield Flag(where, message, fixes, path=workflow.file)
    for span, line in _lines(repository, workflow, step):
        found = _SWALLOWED.search(line) or _ZERO.search(line)
        if found and TOOLS.search(line) and not _strict_before(step.commands, line):
            where = Span(span.start + found.start(), span.start + found.end())
            message = "this check cannot fail; let its exit code fail the step"
            yield Flag(where, message, path=workflow.file)


def _strict_before(commands: str, line: str) -> bool:
    """Return whether the same tool is run strictly above, as in GitHub's own example."""
    tool = TOOLS.search(line)
    above = commands.partition(line.strip())[0].splitlines()
    return bool(tool) and any(
        tool[0] in other and not _ZERO.search(other) and not other.lstrip().startswith("#")
        and "install" not in other
        for other in above
    )  # fmt: skip


def _lines(repository: Repository, workflow: Workflow, step: Step) -> Iterator[tuple[Span, str]]:
    """Yield the lines of a step's commands, each with its span."""
    if step.run is None:
        return
    at = step.run.span.start
    text = step.run.span.text(repository.tree.text(workflow.file) or "")
    for line in text.splitlines(keepends=True):
        kept = line.rstrip()
        if not kept.lstrip().startswith("#"):
            yield Span(at, at + len(kept)), kept
        at += len(line)


def _whole_line(text: str, span: Span) -> Span | None:
    """Return the whole line of a span, with its line break, if nothing else is on it."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end) + 1 or len(text)
    alone = not text[start : span.start].strip() and not text[span.end : end].strip()
    return Span(start, end) if alone else None


RULE = repository_rule(_check, "warning")
