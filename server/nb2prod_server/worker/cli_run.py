"""The command line in a process of its own: its messages while it works, its end when cancelled."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nb2prod.processes.asynchronous import interrupt_then_end, start
from nb2prod.processes.commands import module_command, module_variables

_PATIENCE = 8.0  # seconds for the command line to end the processes that it has started
_PREFIX = "nb2prod: "


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended: exit status, the last line of the output, the messages."""

    status: int
    result: str
    messages: tuple[str, ...]


async def run(arguments: Sequence[str], folder: Path, notify: Callable[[str], None]) -> Run:
    """Run `nb2prod` with some arguments.

    Cancelling the caller ends the run, with all processes that it has started.

    Args:
        arguments: Of the command line.
        folder: Where it runs.
        notify: Called with each message, when it comes.
    """
    # An editor may have been started ignoring interruptions, and processes inherit that.
    command = module_command("nb2prod.processes.interruptible", "nb2prod", *arguments)
    process = await start(
        command, module_variables(), folder=folder, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout
    assert process.stderr
    output = asyncio.ensure_future(process.stdout.read())
    messages: list[str] = []
    try:
        while line := await process.stderr.readline():
            message = line.decode("utf-8", "replace").strip().removeprefix(_PREFIX)
            if message:
                messages.append(message)
                notify(message)
        text = (await output).decode("utf-8", "replace").strip()
        return Run(await process.wait(), text.rpartition("\n")[2], tuple(messages))
    finally:
        output.cancel()
        if process.returncode is None:
            await asyncio.shield(interrupt_then_end(process, _PATIENCE))
