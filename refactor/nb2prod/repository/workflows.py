"""GitHub Actions workflows: their jobs and steps, with spans in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.repository.dvc import parsed
from nb2prod.repository.tree import Tree
from nb2prod.text.yaml_spans import Node


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job.

    Attributes:
        node: its YAML.
        action: the action that it uses, without the version.
        run: the commands that it runs; None if it uses an action.
        shell: the shell that runs them: `bash`, `pwsh`, `cmd` or another.
    """

    node: Node
    action: str
    run: Node | None
    shell: str

    @property
    def commands(self) -> str:
        """The text of the commands, as passed to the shell."""
        return (self.run.text or "") if self.run else ""


@dataclass(frozen=True, slots=True)
class Job:
    """One job; its steps run one after the other, each in a new shell."""

    name: str
    node: Node
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A file in `.github/workflows`."""

    file: str
    node: Node
    jobs: tuple[Job, ...]


def is_workflow(path: str) -> bool:
    """Return whether a path is that of a GitHub Actions workflow."""
    return re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path) is not None


def read_workflows(tree: Tree) -> Iterator[Workflow]:
    """Yield the workflows of a repository; files that are not YAML are left out."""
    for file in sorted(filter(is_workflow, tree.files)):
        if node := parsed(tree, file):
            jobs = node.get("jobs")
            named = jobs.members.items() if jobs else ()
            yield Workflow(file, node, tuple(_job(node, name, job) for name, job in named))


def _job(workflow: Node, name: str, node: Node) -> Job:
    runs_on = node.get("runs-on")
    windows = bool(runs_on and any("windows" in (n.text or "") for n in runs_on.texts()))
    default = "pwsh" if windows else "bash"
    for where in (workflow, node):
        if shell := where.get("defaults", "run", "shell"):
            default = shell.text or default
    steps = node.get("steps")
    return Job(name, node, tuple(_step(s, default) for s in (steps.items if steps else ())))


def _step(node: Node, default: str) -> Step:
    action, run, shell = node.get("uses"), node.get("run"), node.get("shell")
    name = ((action.text if action else "") or "").partition("@")[0]
    used = (shell.text if shell else "") or default
    return Step(node, name, run, used.split()[0] if used.split() else default)
