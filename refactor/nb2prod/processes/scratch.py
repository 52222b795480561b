"""Scratch folders: temporary ones that go even when this process is killed."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from nb2prod.processes.guard import watch_folder
from nb2prod.text.temporary import prefix, remove_forgotten


@contextmanager
def scratch_folder() -> Generator[Path]:
    """Make a temporary folder, and remove it at the end of the block.

    Should this process be killed, the guard removes it; should that be killed, too, the next run.

    Yields:
        The folder, links resolved.
    """
    _remove_forgotten()
    with tempfile.TemporaryDirectory(
        prefix=prefix(hidden=False), ignore_cleanup_errors=True
    ) as name:
        watch_folder(name)
        yield Path(name).resolve()


@cache
def _remove_forgotten() -> None:
    remove_forgotten(Path(tempfile.gettempdir()))
