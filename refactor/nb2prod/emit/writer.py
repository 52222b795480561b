"""The one place where files are written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file of the project: its path from the root, and its text or bytes, or a file to copy."""

    path: str
    content: str | bytes | Path

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content if isinstance(self.content, str) else self.bytes.decode("utf-8")

    @property
    def bytes(self) -> bytes:
        """The content as bytes."""
        if isinstance(self.content, Path):
            return self.content.read_bytes()
        return self.content.encode("utf-8") if isinstance(self.content, str) else self.content


def write_files(root: Path, files: Iterable[GeneratedFile]) -> None:
    """Write files below a folder, each whole or not at all.

    Raises:
        ValueError: a path lies outside of the folder.
    """
    for file in files:
        target = root / file.path
        if not target.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{file.path} lies outside of the project")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".nb2prod-")
        try:
            with os.fdopen(handle, "wb") as stream:
                if isinstance(file.content, Path):
                    with file.content.open("rb") as source:
                        shutil.copyfileobj(source, stream)
                else:
                    stream.write(file.bytes)
            Path(temporary).chmod(0o644)
            os.replace(temporary, target)  # noqa: PTH105
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
