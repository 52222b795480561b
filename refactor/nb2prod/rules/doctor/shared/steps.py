"""Files that the steps of a workflow use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.repository.dvc import placed
from nb2prod.repository.repository import Repository
from nb2prod.repository.shell_commands import Kind, uses
from nb2prod.repository.workflows import Job, Step, Workflow
from nb2prod.text.spans import Span


@dataclass(frozen=True, slots=True)
class NeededFile:
    """A file that a step uses: its kind, its path from the root, and the word that names it."""

    kind: Kind
    path: str
    span: Span


def scripts_of_steps(repository: Repository, workflow: Workflow) -> Iterator[NeededFile]:
    """Yield the scripts and requirements files that the steps of a workflow name."""
    for job in workflow.jobs:
        for step in job.steps:
            folder = _folder(workflow, job, step)
            for use in uses(step.commands) if folder is not None and step.run else ():
                path = placed(folder, use.target) if use.kind != "module" else None
                if path and step.run:
                    text = repository.tree.text(workflow.file) or ""
                    at = text.find(use.word, step.run.span.start, step.run.span.end)
                    span = Span(at, at + len(use.word)) if at >= 0 else step.run.span
                    yield NeededFile(use.kind, path, span)


def _folder(workflow: Workflow, job: Job, step: Step) -> str | None:
    node = (
        step.node.get("working-directory")
        or job.node.get("defaults", "run", "working-directory")
        or workflow.node.get("defaults", "run", "working-directory")
    )
    written = (node.text if node else "") or ""
    return None if "${{" in written else placed("", written or ".")
