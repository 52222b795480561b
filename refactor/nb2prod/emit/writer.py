"""The one place where files are written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file of the project: its path from the root, and its text or bytes."""

    path: str
    content: str | bytes


def write_files(root: Path, files: Iterable[GeneratedFile]) -> None:
    """Write files below a folder, each whole or not at all."""
    for file in files:
        target = root / file.path
        if not target.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{file.path} lies outside of the project")
        target.parent.mkdir(parents=True, exist_ok=True)
        content = file.content.encode("utf-8") if isinstance(file.content, str) else file.content
        if target.exists() and target.read_bytes() == content:
            continue
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".nb2prod-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).chmod(0o644)
            os.replace(temporary, target)  # noqa: PTH105
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
