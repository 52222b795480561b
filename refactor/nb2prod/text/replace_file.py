"""Replace a file atomically: a reader sees either the old content or the new."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from nb2prod.text.temporary import prefix, remove_forgotten


def replace_file(path: Path, content: bytes) -> None:
    """Replace the content of a file atomically, or create the file.

    A symbolic link stays a link, and the file keeps its permissions.

    Raises:
        OSError: the file can't be written, on a full disk for example; it names the file.
    """
    try:
        _replace(path.resolve(), content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(target: Path, content: bytes) -> None:
    remove_forgotten(target.parent)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=prefix())
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if target.exists():
            shutil.copymode(target, temporary)
        else:
            Path(temporary).chmod(0o644)
        os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
