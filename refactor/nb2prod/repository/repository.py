"""A repository, as the rules of `nb2prod doctor` see it; its files are read when needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nb2prod.config import Limits
from nb2prod.notebook.changes import EditFile
from nb2prod.repository.containers import Dockerfile, read_dockerfiles
from nb2prod.repository.dvc import DvcPath, DvcPipeline, DvcStage, read_pipelines, tracked_by_dvc
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
        limits: the thresholds of the rules that have one.
    """

    tree: Tree
    limits: Limits

    def with_texts(self, edited: Mapping[str, str]) -> Repository:
        """Return the repository with new texts in some of its files."""
        tree = self.tree
        merged = {**tree.edited, **edited}
        files = tree.files | frozenset(edited)
        return Repository(Tree(tree.root, tree.top, files, tree.tracked, merged), self.limits)

    @cached_property
    def pipelines(self) -> tuple[DvcPipeline, ...]:
        """The DVC pipelines."""
        return tuple(read_pipelines(self.tree))

    @cached_property
    def stages(self) -> tuple[DvcStage, ...]:
        """The stages of all pipelines."""
        return tuple(stage for pipeline in self.pipelines for stage in pipeline.stages)

    @cached_property
    def data(self) -> tuple[tuple[str, DvcPath], ...]:
        """The data that `.dvc` files track, each with its `.dvc` file."""
        return tuple(tracked_by_dvc(self.tree))

    @cached_property
    def produced(self) -> frozenset[str]:
        """The files and folders that DVC produces or downloads: outputs of stages, tracked data."""
        outs = (out.path for stage in self.stages for out in stage.outs)
        data = (item.path for _, item in self.data)
        return frozenset(path for path in (*outs, *data) if path)

    def brought(self, path: str) -> bool:
        """Return whether DVC produces a path, a file in it, or a folder that contains it."""
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
        """The GitHub Actions workflows."""
        return tuple(read_workflows(self.tree))

    @cached_property
    def dockerfiles(self) -> tuple[Dockerfile, ...]:
        """The Dockerfiles."""
        return tuple(read_dockerfiles(self.tree))

    @cached_property
    def manifests(self) -> tuple[str, ...]:
        """The files that declare the dependencies of the project."""
        return tuple(manifests(self.tree))

    @cached_property
    def needed(self) -> tuple[Needed, ...]:
        """The packages that the manifests require."""
        return tuple(needed(self.tree))

    def edit(self, path: str, span: Span, text: str) -> EditFile:
        """Return the change that replaces a span of a file, which need not exist."""
        return EditFile(str((self.tree.root / path).absolute()), Edit(span, text))

    def lines(self, path: str) -> LineTable:
        """Return the lines of a text file."""
        return LineTable(self.tree.text(path) or "")
