"""Names of temporary files and folders, by which the next run knows and removes forgotten ones.

A process that is killed leaves what it was writing. Its id is in the names, so the next
process that writes to the folder can tell that they are no longer needed.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"\.?nb2prod-(\d+)-\w+")


def prefix(*, hidden: bool = True) -> str:
    """Return the beginning of the name of a temporary file or folder of this process."""
    return f"{'.' if hidden else ''}nb2prod-{os.getpid()}-"


def remove_forgotten(folder: Path) -> None:
    """Remove the temporary files and folders that killed processes of nb2prod have left."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            found = _NAME.fullmatch(entry.name)
            if found and not _runs(int(found[1])):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    Path(entry.path).unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    import psutil  # noqa: PLC0415  only needed where something was forgotten

    return psutil.pid_exists(pid)
