"""The files of a project, and writing them into a new folder."""

from __future__ import annotations

import shutil
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
    """Write files below a folder that nobody else uses yet.

    Raises:
        OSError: A path is outside of the folder, the disk is full, or a file can't be written.
    """
    for file in files:
        target = inside(root, file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_file(target, file)


def write_file(target: Path, file: GeneratedFile) -> None:
    """Write one file, whose folder exists.

    Raises:
        OSError: It can't be written, on a full disk for example; the error names a file.
    """
    try:
        with target.open("wb") as stream:
            if isinstance(file.content, Path):
                with file.content.open("rb") as source:
                    shutil.copyfileobj(source, stream)
            else:
                stream.write(file.bytes)
    except OSError as error:
        name = error.filename or str(target)
        raise OSError(error.errno, error.strerror, name) from error


def inside(root: Path, path: str) -> Path:
    """Return a path below a folder.

    Raises:
        OSError: It is outside of the folder, or no path.
    """
    target = root / path
    try:
        found = target.resolve()
    except ValueError:  # a zero byte
        raise OSError(f"{path!r} is not a path") from None
    if not found.is_relative_to(root.resolve()):
        raise OSError(f"{path} is outside of the project")
    return target
