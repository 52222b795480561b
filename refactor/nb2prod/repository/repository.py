"""A repository, as the rules of `nb2prod doctor` see it; what it holds is read when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nb2prod.config import Limits
from nb2prod.notebook.changes import EditFile
from nb2prod.repository.containers import Dockerfile, read_dockerfiles
from nb2prod.repository.dvc import Item, Pipeline, Stage, read_pipelines, tracked_by_dvc
from nb2prod.repository.manifest_files import manifests, needed
from nb2prod.repository.modules import Modules
from nb2prod.repository.requirements import Needed
from nb2prod.repository.tree import Tree
from nb2prod.repository.workflows import Workflow, read_workflows
from nb2prod.text.spans import Edit, LineTable, Span


@dataclass(frozen=True)
class Repository:
    """A folder of a project.

    Attributes:
        tree: its files.
        limits: the thresholds.
    """

    tree: Tree
    limits: Limits

    def with_texts(self, edited: Mapping[str, str]) -> Repository:
        """Return the repository with other texts in some of its files."""
        tree = self.tree
        merged = {**tree.edited, **edited}
        files = tree.files | frozenset(edited)
        return Repository(Tree(tree.root, tree.top, files, tree.tracked, merged), self.limits)

    @cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """The pipelines of DVC."""
        return tuple(read_pipelines(self.tree))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of all pipelines."""
        return tuple(stage for pipeline in self.pipelines for stage in pipeline.stages)

    @cached_property
    def data(self) -> tuple[tuple[str, Item], ...]:
        """The data that `.dvc` files stand for, each with its file."""
        return tuple(tracked_by_dvc(self.tree))

    @cached_property
    def produced(self) -> frozenset[str]:
        """The files and folders that DVC brings: outputs of stages, and data it keeps."""
        outs = (out.path for stage in self.stages for out in stage.outs)
        data = (item.path for _, item in self.data)
        return frozenset(path for path in (*outs, *data) if path)

    def brought(self, path: str) -> bool:
        """Say whether DVC brings a path: all of it, a part of it, or what it lies in."""
        return any(
            path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")
            for other in self.produced
        )

    @cached_property
    def modules(self) -> Modules:
        """The Python modules."""
        return Modules(self.tree, {})

    @cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        """The workflows of GitHub Actions."""
        return tuple(read_workflows(self.tree))

    @cached_property
    def dockerfiles(self) -> tuple[Dockerfile, ...]:
        """The Dockerfiles."""
        return tuple(read_dockerfiles(self.tree))

    @cached_property
    def manifests(self) -> tuple[str, ...]:
        """The files that say what the project needs."""
        return tuple(manifests(self.tree))

    @cached_property
    def needed(self) -> tuple[Needed, ...]:
        """The packages that the project says it needs."""
        return tuple(needed(self.tree))

    def edit(self, path: str, span: Span, text: str) -> EditFile:
        """Return the change that puts a text in a place of a file, which need not be there."""
        return EditFile(str((self.tree.root / path).absolute()), Edit(span, text))

    def lines(self, path: str) -> LineTable:
        """Return the lines of a text file."""
        return LineTable(self.tree.text(path) or "")
