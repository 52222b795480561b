"""Read a file that may be anything: only regular files, and no more than a limit.

Opening a pipe waits for a writer, and a device may never end.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

SETTINGS = 10_000_000  # bytes that files which people write can have
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_file(path: Path | str, limit: int = SETTINGS) -> bytes:
    """Return the content of a regular file.

    Args:
        path: The file, or a link to one.
        limit: The most bytes that it may have.

    Raises:
        OSError: It is missing, can't be read, is not a regular file, or is larger than the limit.
    """
    content = read_beginning(path, limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit // 1_000_000} MB", str(path))
    return content


def read_beginning(path: Path | str, count: int) -> bytes:
    """Return the first bytes of a regular file.

    Raises:
        OSError: It is missing, can't be read, or is not a regular file.
    """
    try:
        handle = os.open(path, _FLAGS)
    except ValueError:  # a zero byte in the path
        raise OSError(errno.EINVAL, "a path can't have a zero byte", repr(path)) from None
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return stream.read(count)


def read_text_file(path: Path | str, limit: int = SETTINGS) -> str:
    """Return the text of a regular file in UTF-8, without a byte order mark.

    Raises:
        OSError: As `read_file` does.
        UnicodeDecodeError: It is not UTF-8.
    """
    return read_file(path, limit).decode("utf-8-sig")
