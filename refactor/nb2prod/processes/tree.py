"""Process trees: end a process with all of its descendants, or interrupt it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

_PATIENCE = 2.0  # seconds to wait until killed processes are gone


def end(pid: int) -> None:
    """Kill a process and all of its descendants, even those that have left its session.

    The exit status of the process stays for its parent to collect.
    """
    family = _suspended(pid)
    if sys.platform != "win32":
        # The group also holds descendants whose own parents have ended.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    for process in family:
        with suppress(psutil.Error):
            process.kill()
    _wait_until_gone(family)


def _suspended(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants, each suspended so that it starts no others."""
    try:
        family = [psutil.Process(pid)]
    except psutil.Error:
        return []
    for process in family:  # which grows meanwhile
        with suppress(psutil.Error):
            process.suspend()
            family += process.children()
    return family


def _wait_until_gone(family: Iterable[psutil.Process]) -> None:
    """Wait a little: until then, files of the processes may still be open or written."""
    until = time.monotonic() + _PATIENCE
    while any(map(_is_running, family)) and time.monotonic() < until:
        time.sleep(0.005)


def _is_running(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def interrupt(pid: int) -> None:
    """Send Ctrl-C, on Windows Ctrl-Break, to a process that `processes` has started."""
    if sys.platform == "win32":
        # Ctrl-C reaches no process group of its own. Without a console, neither gets through.
        with suppress(OSError):
            os.kill(pid, signal.CTRL_BREAK_EVENT)
    else:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGINT)


def hear_interruptions() -> None:
    """Raise KeyboardInterrupt at interruptions, also where the parent process ignores them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, signal.default_int_handler)
