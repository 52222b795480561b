"""The files that a notebook reads: where they are, and where the project keeps them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from nb2prod.pipeline.plan import Plan

LARGE = 50_000_000  # bytes; a larger file is named, not copied


@dataclass(frozen=True, slots=True)
class DataFiles:
    """Paths as the notebook names them, and what becomes of them."""

    paths: dict[str, str]  # the notebook's path -> the project's
    copies: dict[str, Path]  # the project's path -> the file to copy
    mirrored: dict[str, Path]  # files brought under the notebook's own path
    missing: tuple[tuple[int, str], ...]  # (cell, path) of files that are not there

    @property
    def files(self) -> dict[str, Path]:
        """All files to bring: the project's path -> where it comes from."""
        return {**self.copies, **self.mirrored}


def find_data(plan: Plan) -> DataFiles:
    """Find the files that the notebook reads by paths that are known without running it."""
    folder = plan.notebook.path.resolve().parent
    paths: dict[str, str] = {}
    copies: dict[str, Path] = {}
    mirrored: dict[str, Path] = {}
    missing: list[tuple[int, str]] = []
    written: set[str] = set()
    for statement, effect in zip(plan.analysis.statements, plan.analysis.effects, strict=True):
        for use in effect.paths:
            if use.path is None or "://" in use.path or not use.path:
                continue
            key = posixpath.normpath(use.path)
            if use.writes:
                written.add(key)
                continue
            if key in written:
                continue
            source = folder / use.path
            if source.is_dir():
                continue
            if not source.is_file():
                missing.append((statement.cell, use.path))
                continue
            if use.depth or source.stat().st_size > LARGE:
                if not key.startswith(("/", "..")):
                    mirrored[key] = source
                continue
            target = paths.get(use.path) or _target(source, copies)
            paths[use.path] = target
            copies[target] = source
    return DataFiles(paths, copies, mirrored, tuple(missing))


def _target(source: Path, taken: dict[str, Path]) -> str:
    for number in range(1, 1000):
        name = source.name if number == 1 else f"{source.stem}_{number}{source.suffix}"
        target = f"data/raw/{name}"
        if taken.get(target, source) == source:
            return target
    return f"data/raw/{source.name}"
