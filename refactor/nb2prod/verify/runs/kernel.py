"""Run code in a kernel of the user's Python."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from nb2prod.processes.guard import watch
from nb2prod.processes.tree import end
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.shown import MIME, Event


class KernelError(Exception):
    """A kernel can't be started; the message names what is missing."""


class Kernel:
    """A running kernel, with the number of `figures` that it has shown so far."""

    def __init__(self, client: Any, deadline: float) -> None:
        """Talk to a kernel until a deadline (of `time.monotonic`)."""
        self._client = client
        self._deadline = deadline
        self.events: list[Event] = []  # the output so far
        self.figures = 0

    def execute(self, code: str, *, silent: bool) -> tuple[str, str] | None:
        """Execute code, and return the class and message of the exception that it raises.

        Raises:
            TimeoutError: the deadline was reached.
        """
        message = self._client.execute(
            code, silent=silent, store_history=not silent, allow_stdin=False
        )
        error = None
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                event = self._client.get_iopub_msg(timeout=min(left, 1.0))
            except Empty:
                if not self._client.is_alive():
                    return "KernelDied", "the kernel died"
                continue
            if event["parent_header"].get("msg_id") != message:
                continue
            content = event["content"]
            match event["msg_type"]:
                case "stream" if content["name"] == "stdout":
                    self.events.append(content["text"])
                case "display_data" | "execute_result":
                    self.figures += "image/png" in content["data"]
                    if mark := content["data"].get(MIME):
                        self.events.append(mark)
                case "error":
                    lines = str(content["evalue"]).strip().splitlines() or [""]
                    error = content["ename"], lines[0][:300]
                case "status" if content["execution_state"] == "idle":
                    return error
                case _:
                    pass


@contextmanager
def started_kernel(folder: Path, environment: Environment, hash_seed: int) -> Generator[Kernel]:
    """Start a kernel in a folder; it ends with the block, and so do processes that it started.

    Raises:
        KernelError: the Python can't be started, or it has no ipykernel.
    """
    python = environment.python
    if missing := environment.missing:
        raise KernelError(
            f"{python} lacks packages that run a notebook; install them: "
            f"{python} -m pip install {' '.join(missing)}"
        )
    from jupyter_client.kernelspec import KernelSpec  # noqa: PLC0415
    from jupyter_client.manager import KernelManager  # noqa: PLC0415

    manager: Any = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="",
        language="python",
    )
    variables = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    variables["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    with Path(os.devnull).open("wb") as devnull:
        try:
            manager.start_kernel(cwd=str(folder), env=variables, stderr=devnull)
        except OSError as error:
            raise KernelError(f"{python} can't be started: {error.strerror}") from error
        client, pid = manager.client(), manager.provisioner.pid
        try:
            watch(pid)
            client.start_channels()
            client.wait_for_ready(timeout=60)
            yield Kernel(client, environment.deadline)
        except RuntimeError as error:
            raise KernelError(f"{python} starts no kernel: {error}") from error
        finally:
            _cancel_tasks()
            client.stop_channels()
            end(pid)
            manager.shutdown_kernel(now=True)


def _cancel_tasks() -> None:
    """Cancel the tasks that an interruption has left; asyncio would complain of each."""
    from jupyter_core.utils import ensure_event_loop  # noqa: PLC0415

    loop = ensure_event_loop()
    if tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
