"""Waiting for other processes: until they have said something, or have ended."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")


def eventually(found: Callable[[], T], seconds: float = 30.0) -> T:
    """Return what a function finds as soon as that is true."""
    until = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)
    return value


def is_running(pid: int) -> bool:
    """Say whether a process goes on; one that only waits to be collected has ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pids_in(folder: Path, number: int) -> list[int]:
    """Return the ids that some processes write into a folder, each as the name of a file."""
    return eventually(lambda: len(ids := [int(p.name) for p in folder.iterdir()]) == number and ids)


def ended(pids: list[int]) -> bool:
    """Wait until processes have ended."""
    return eventually(lambda: not any(map(is_running, pids)))
