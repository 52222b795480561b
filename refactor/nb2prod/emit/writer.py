"""Writing the files of a project; no other module writes them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file of the project: its path from the root, and its text, its bytes or a file to copy."""

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
    """Write files below a folder, all of them or none.

    Raises:
        ValueError: A path is outside of the folder.
        OSError: The disk is full, or a file or folder can't be written.
    """
    written: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for file in files:
            target = _inside(root, file.path)
            made += _make_folders(target.parent)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".nb2prod-")
            written.append((Path(name), target))
            _write(handle, file)
            Path(name).chmod(0o644)
    except BaseException:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
        raise
    for temporary, target in written:
        os.replace(temporary, target)  # noqa: PTH105


def _inside(root: Path, path: str) -> Path:
    target = root / path
    if not target.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"{path} is outside of the project")
    return target


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and its missing parents, and return those that were made, outermost first."""
    missing = [f for f in (folder, *folder.parents) if not f.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _write(handle: int, file: GeneratedFile) -> None:
    with os.fdopen(handle, "wb") as stream:
        if isinstance(file.content, Path):
            with file.content.open("rb") as source:
                shutil.copyfileobj(source, stream)
        else:
            stream.write(file.bytes)
