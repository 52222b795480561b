"""The notebooks that measurements are made on: a table of repositories, and a folder of them.

The table has a column `repo` (owner/name), and may have a column `path`; the folder holds each
repository as owner+name. Without a path, all notebooks of the repository are meant. None of them
is part of this repository.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path


def notebooks(table: Path, folder: Path) -> Iterator[Path]:
    """Yield the notebooks, each content once, in a fixed order."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    seen: set[bytes] = set()
    for row in rows:
        root = folder / row["repo"].replace("/", "+")
        found = [root / row["path"]] if row.get("path") else sorted(root.rglob("*.ipynb"))
        for path in found:
            if not path.is_file() or ".ipynb_checkpoints" in path.parts:
                continue
            digest = hashlib.sha256(path.read_bytes()).digest()
            if digest not in seen:
                seen.add(digest)
                yield path
