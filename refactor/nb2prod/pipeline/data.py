"""The files that a notebook reads: where they are, and where the project keeps them."""

from __future__ import annotations

import posixpath
from pathlib import Path

from nb2prod.analysis.notebook_flow import Analysis
from nb2prod.notebook import Notebook
from nb2prod.pipeline.plan import DataFiles

LARGE = 50_000_000  # bytes; a larger file is named, not copied


def find_data(notebook: Notebook, analysis: Analysis) -> DataFiles:
    """Find the files that a notebook reads by paths that are known without running it."""
    folder = notebook.path.resolve().parent
    paths: dict[str, str] = {}
    copies: dict[str, Path] = {}
    mirrored: dict[str, Path] = {}
    missing: list[tuple[int, str]] = []
    written: set[str] = set()
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
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
