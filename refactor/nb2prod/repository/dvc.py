"""DVC pipelines: the stages of a `dvc.yaml`, with spans in the file.

Templates are expanded as DVC does: `${...}` from `vars` and params.yaml, `foreach` and `matrix`.
A value that cannot be expanded is None, which means unknown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, cast

from nb2prod.repository.parameters import FIELD, fill, found, values_of
from nb2prod.repository.tree import Tree
from nb2prod.text.spans import Span
from nb2prod.text.yaml_spans import Node, YamlError, plain, read_yaml

_MAX_STAGES = 200  # of one template


@dataclass(frozen=True, slots=True)
class DvcPath:
    """A file or folder that a stage names.

    Attributes:
        path: its path from the root of the repository; None if it is outside, remote or unknown.
        written: the path as written.
        span: its span in the file.
        cached: DVC caches it, so it need not be in git.
    """

    path: str | None
    written: str
    span: Span
    cached: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a stage; `text` is None if its template cannot be expanded."""

    text: str | None
    written: str
    span: Span


@dataclass(frozen=True, slots=True)
class DvcParameter:
    """A parameter that a stage reads: a key with dots in a file."""

    file: DvcPath
    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class DvcStage:
    """A stage of a pipeline.

    Attributes:
        name: its name: `train`, or `train@a` for a stage made from a template.
        file: the path of its dvc.yaml.
        span: the span of its name.
        node: its YAML.
        folder: its working directory from the root; None if it is unknown.
        commands: its commands.
        deps: its dependencies.
        outs: its outputs, including metrics and plots.
        metrics: its metrics.
        params: the parameters that it reads.
        frozen: DVC does not run it again.
    """

    name: str
    file: str
    span: Span
    node: Node
    folder: str | None
    commands: tuple[Command, ...]
    deps: tuple[DvcPath, ...]
    outs: tuple[DvcPath, ...]
    metrics: tuple[DvcPath, ...]
    params: tuple[DvcParameter, ...]
    frozen: bool


@dataclass(frozen=True, slots=True)
class DvcPipeline:
    """A `dvc.yaml`, and its `dvc.lock`."""

    file: str
    stages: tuple[DvcStage, ...]
    lock: Node | None


def read_pipelines(tree: Tree) -> Iterator[DvcPipeline]:
    """Yield the pipelines of a repository; files that are not YAML are left out."""
    for file in tree.matching("dvc.yaml"):
        node = parsed(tree, file)
        stages = node.get("stages") if node else None
        if node and stages:
            lock = parsed(tree, file.removesuffix(".yaml") + ".lock")
            yield DvcPipeline(file, tuple(_Reader(tree, file, node).stages(stages)), lock)


def parsed(tree: Tree, file: str) -> Node | None:
    """Return the content of a YAML file; None if it cannot be read."""
    text = tree.text(file)
    try:
        return read_yaml(text) if text else None
    except YamlError:
        return None


def tracked_by_dvc(tree: Tree) -> Iterator[tuple[str, DvcPath]]:
    """Yield the data that `.dvc` files track, each with its `.dvc` file."""
    for file in tree.matching("*.dvc"):
        node = parsed(tree, file)
        folder = posixpath.dirname(file)
        wdir = node.get("wdir") if node else None
        if wdir and wdir.text:
            folder = posixpath.normpath(posixpath.join(folder, wdir.text))
        outs = node.get("outs") if node else None
        for out in outs.items if outs else ():
            path = out.get("path")
            if path and path.text:
                cached = out.get("cache")
                kept = cached is None or cached.data is not False
                yield file, DvcPath(placed(folder, path.text), path.text, path.span, kept)


def placed(folder: str | None, path: str) -> str | None:
    """Return a path relative to the root of the repository; None if it is outside."""
    if folder is None or "://" in path or posixpath.isabs(path) or "\0" in path:
        return None
    if re.match(r"[A-Za-z]:|~|azure:|s3:|gs:|ssh:", path) or "${" in path:
        return None
    there = posixpath.normpath(posixpath.join(folder, path))
    return None if there == ".." or there.startswith("../") else there


class _Reader:
    """Reads one `dvc.yaml`."""

    def __init__(self, tree: Tree, file: str, node: Node) -> None:
        self._tree = tree
        self._file = file
        self._folder = posixpath.dirname(file)
        self._values: Mapping[str, Any] = {
            **self._file_values("params.yaml"),
            **self._vars(node.get("vars")),
        }

    def stages(self, stages: Node) -> Iterator[DvcStage]:
        for name, node in stages.members.items():
            if node.kind != "mapping" or node.key is None:
                continue
            for suffix, inner, values in islice(self._instances(node), _MAX_STAGES):
                here = {**self._values, **self._vars(inner.get("vars")), **values}
                yield self._stage(f"{name}{suffix}", node.key, inner, here)

    def _instances(self, node: Node) -> Iterator[tuple[str, Node, Mapping[str, Any]]]:
        """Yield the stages of a template: the suffix of the name, the stage, its values."""
        if node.get("foreach") and (inner := node.get("do")):
            items = self._filled(node.get("foreach"))
            if isinstance(items, list):
                for item in cast("list[Any]", items):
                    yield f"@{item}" if not isinstance(item, dict) else "", inner, {"item": item}
            elif isinstance(items, dict):
                for key, item in cast("dict[str, Any]", items).items():
                    yield f"@{key}", inner, {"key": key, "item": item}
            else:
                yield "", inner, {"item": None}
        elif matrix := node.get("matrix"):
            axes = {key: self._filled(value) for key, value in matrix.members.items()}
            if not all(isinstance(values, list) for values in axes.values()):
                yield "", node, {"item": None}
                return
            for values in product(*axes.values()):
                name = "-".join(str(v) for v in values)
                yield f"@{name}", node, {"item": dict(zip(axes, values, strict=True))}
        else:
            yield "", node, {}

    def _filled(self, node: Node | None) -> Any:
        """Return the values that a template iterates over; None if they are unknown."""
        if node is None or node.kind != "scalar":
            return plain(node) if node else None
        match = FIELD.fullmatch((node.text or "").strip())
        return found(self._values, match[1]) if match else None

    def _stage(self, name: str, span: Span, node: Node, values: Mapping[str, Any]) -> DvcStage:
        wdir = node.get("wdir")
        folder: str | None = self._folder
        if wdir:
            text = fill(wdir.text or "", values)
            folder = None if text is None else placed(folder, text)
        frozen, command = node.get("frozen"), node.get("cmd")

        def items(*keys: str) -> tuple[DvcPath, ...]:
            return tuple(i for key in keys for i in _items(node.get(key), folder, values))

        return DvcStage(
            name,
            self._file,
            span,
            node,
            folder,
            tuple(
                Command(fill(c.text or "", values), c.text or "", c.span)
                for c in (command.texts() if command else ())
            ),
            items("deps"),
            items("outs", "metrics", "plots"),
            items("metrics"),
            tuple(self._params(node.get("params"), folder, values)),
            frozen is not None and frozen.data is True,
        )

    def _params(
        self, node: Node | None, folder: str | None, values: Mapping[str, Any]
    ) -> Iterator[DvcParameter]:
        for item in node.items if node else ():
            if item.kind == "scalar":
                key = fill(item.text or "", values)
                file = DvcPath(placed(folder, "params.yaml"), "params.yaml", item.span)
                if key:
                    yield DvcParameter(file, key, item.span)
            for written, keys in item.members.items():
                name = fill(written, values)
                span = keys.key or item.span
                file = DvcPath(placed(folder, name) if name else None, written, span)
                if keys.kind == "scalar":
                    yield DvcParameter(file, "", span)  # the file as a whole
                for key in keys.items:
                    if text := fill(key.text or "", values):
                        yield DvcParameter(file, text, key.span)

    def _vars(self, node: Node | None) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for item in node.items if node else ():
            if item.kind == "mapping":
                values |= plain(item)
            elif item.text:
                file, _, keys = item.text.partition(":")
                inner = self._file_values(file)
                wanted = keys.split(",") if keys else list(inner)
                values |= {key: inner[key] for key in wanted if key in inner}
        return values

    def _file_values(self, file: str) -> Mapping[str, Any]:
        path = placed(self._folder, file)
        return values_of(self._tree, path) or {} if path else {}


def _items(node: Node | None, folder: str | None, values: Mapping[str, Any]) -> Iterator[DvcPath]:
    """Yield the files in a list of a stage; an entry is a path, or a path with settings."""
    for entry in node.items if node else ():
        settings: Node | None = None
        written, span = entry.text, entry.span
        if entry.kind == "mapping":
            for key, value in entry.members.items():
                written, span, settings = key, value.key or entry.span, value
                break
        if written is None:
            continue
        text = fill(written, values)
        cache = settings.get("cache") if settings else None
        cached = cache is None or cache.data is not False
        path = placed(folder, text) if text else None
        yield DvcPath(path, written, span, cached)
    if node is None or node.items:
        return
    for written, settings in node.members.items():
        text = fill(written, values)  # plots at the top level are a mapping
        yield DvcPath(placed(folder, text) if text else None, written, settings.key or node.span)
