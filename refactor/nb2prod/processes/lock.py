"""Locks on folders, which end with the process that holds them."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class LockedError(OSError):
    """Another process holds the lock."""


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the lock on a folder.

    Raises:
        LockedError: Another process holds it.
    """
    handle = _opened(folder)
    try:
        try:
            _lock(handle)
        except OSError:
            raise LockedError("another nb2prod is writing to it; try again later") from None
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _opened(folder: Path) -> int:
        # Windows opens no folders, so a file stands for each.
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
        return os.open(Path(tempfile.gettempdir(), f"nb2prod-{name}.lock"), os.O_RDWR | os.O_CREAT)

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _opened(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
