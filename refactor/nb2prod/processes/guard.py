"""The guard: a process that ends the processes of another one, should that be killed.

    python -m nb2prod.processes.guard

It reads process ids, one a line, from a pipe that closes with the process that started it. At the
end of its input it ends the processes that still run, with their descendants. No signal has to be
caught for that, so it also works after `kill -9`.
"""

from __future__ import annotations

import atexit
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
    # Where the guard can't run, or was killed itself, only a kill of this process leaves others.
    with _lock, suppress(OSError):
        _input().write(b"%d\n" % pid)


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
    """Guard the processes that standard input names."""
    guarded: list[psutil.Process] = []
    for line in sys.stdin:
        with suppress(psutil.Error):  # it has ended already
            guarded.append(psutil.Process(int(line)))
    for process in guarded:
        if process.is_running():  # and its id has not passed to another process
            end(process.pid)


if __name__ == "__main__":
    main()
