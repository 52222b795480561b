"""The guard: a process that cleans up after another one, should that be killed.

    python -m nb2prod.processes.guard

It reads process ids and folders from a pipe that closes with the process that started it. At the
end of its input it ends the processes that still run, with their descendants, and removes the
folders that still exist. No signal has to be caught for that, so it also works after `kill -9`.
"""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from typing import IO

import psutil

from nb2prod.processes.commands import NEW_GROUP, module_command, module_variables
from nb2prod.processes.tree import end

_lock = threading.Lock()


def watch(pid: int) -> None:
    """End a process and its descendants when this process ends without having done so."""
    _tell({"process": pid})


def watch_folder(path: str) -> None:
    """Remove a temporary folder when this process ends without having done so."""
    _tell({"folder": path})


def _tell(entry: dict[str, int | str]) -> None:
    # Where the guard can't run, or was killed itself, only a kill of this process leaves something.
    with _lock, suppress(OSError):
        _input().write(json.dumps(entry).encode() + b"\n")


@cache
def _input() -> IO[bytes]:
    """Start the guard and return its standard input."""
    process = subprocess.Popen(  # noqa: S603 - it is a module of this package
        module_command("nb2prod.processes.guard"),
        env=module_variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        creationflags=NEW_GROUP,
    )
    atexit.register(process.communicate)
    assert process.stdin
    return process.stdin


def main() -> None:
    """Guard the processes and folders that standard input names."""
    guarded: list[psutil.Process] = []
    folders: list[str] = []
    for line in sys.stdin:
        match json.loads(line):
            case {"process": pid}:
                with suppress(psutil.Error):  # it has ended already
                    guarded.append(psutil.Process(pid))
            case {"folder": path}:
                folders.append(path)
            case _:
                pass
    for process in guarded:
        if process.is_running():  # and its id has not passed to another process
            end(process.pid)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
