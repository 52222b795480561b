"""The command line in a process of its own: heard while it works, ended when cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 8.0  # seconds for the command line to end what it has started itself
_SAYS = "nb2prod: "


def _listen() -> None:
    """Let the new process hear interruptions, also where the editor was started deaf to them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


_LISTENING = None if sys.platform == "win32" else _listen


@dataclass(frozen=True, slots=True)
class Run:
    """What has become of a run: exit status, the last line of the output, the messages."""

    status: int
    result: str
    messages: tuple[str, ...]


async def run(arguments: Sequence[str], folder: Path, hear: Callable[[str], None]) -> Run:
    """Run `nb2prod` with some arguments.

    Whoever is cancelled while waiting ends it, with all that it has started.

    Args:
        arguments: Of the command line.
        folder: Where it runs.
        hear: Is told each message, when it comes.
    """
    # Modules are found where this process finds its own, never in the folder that is open.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "nb2prod", *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE, cwd=folder,
        env={**os.environ, "PYTHONPATH": path}, start_new_session=True, preexec_fn=_LISTENING,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    output = asyncio.ensure_future(process.stdout.read())
    messages: list[str] = []
    try:
        while line := await process.stderr.readline():
            message = line.decode("utf-8", "replace").strip().removeprefix(_SAYS)
            if message:
                messages.append(message)
                hear(message)
        text = (await output).decode("utf-8", "replace").strip()
        return Run(await process.wait(), text.rpartition("\n")[2], tuple(messages))
    finally:
        output.cancel()
        if process.returncode is None:
            await asyncio.shield(_ended(process))


async def _ended(process: Process) -> None:
    """End a process and its group: ask it first, so that it can end the kernels it has started."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _PATIENCE)
            break
