"""Start a process for a program that goes on meanwhile, and end it."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from nb2prod.processes.commands import NEW_GROUP
from nb2prod.processes.guard import watch
from nb2prod.processes.tree import end, interrupt


async def start(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    folder: Path | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Process:
    """Start a process, which ends with this one at the latest; see `asyncio.subprocess`."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=variables,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        creationflags=NEW_GROUP,
    )
    watch(process.pid)
    return process


async def interrupt_then_end(process: Process, patience: float) -> None:
    """Interrupt a process; when it goes on for some seconds, end it with its descendants."""
    for stop in (interrupt, end):
        await asyncio.to_thread(stop, process.pid)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
            break
