"""The client of a worker process: sends tasks, abandons unwanted ones, restarts the worker."""

from __future__ import annotations

import asyncio
import logging
from asyncio.subprocess import PIPE, Process

import msgspec

from nb2prod.processes.asynchronous import start
from nb2prod.processes.commands import module_command, module_variables
from nb2prod.processes.tree import end
from nb2prod_server.worker.messages import LENGTH, Result, Task

log = logging.getLogger(__name__)

_PATIENCE = 1.0  # seconds that an abandoned task may delay the next one
_LIMIT = 30.0  # seconds for any task
_WARM_UP = Task(0, "warm-up", "", "ipynb", ())


class WorkerClient:
    """One worker process, started when it is first needed, and again after it has ended."""

    def __init__(self, limit: float = _LIMIT) -> None:
        """Start nothing yet; a task may take `limit` seconds."""
        self._limit = limit
        self._process: Process | None = None
        self._running: asyncio.Task[Result] | None = None
        self._preparing: asyncio.Task[Result] | None = None
        self._lock = asyncio.Lock()

    async def ask(self, task: Task) -> Result:
        """Send a task to the worker. Cancelling the caller does not cancel the task.

        Failures of the worker, even its end, are errors in the result.
        """
        async with self._lock:
            if self._running and not self._running.done():
                await asyncio.wait([self._running], timeout=_PATIENCE)
                if not self._running.done():
                    self.stop()
            self._running = asyncio.ensure_future(self._do(task))
            return await asyncio.shield(self._running)

    def prepare(self) -> None:
        """Start the worker now, so that the next task need not wait for it."""
        if self._process is None and not self._lock.locked():
            self._preparing = asyncio.ensure_future(self.ask(_WARM_UP))

    def stop(self) -> None:
        """Stop the worker, if it runs."""
        process, self._process = self._process, None
        if process and process.returncode is None:
            end(process.pid)

    async def _do(self, task: Task) -> Result:
        try:
            return await asyncio.wait_for(self._exchange(task), self._limit)
        except TimeoutError:
            self.stop()
            return Result(task.number, error=f"the task took longer than {self._limit:.0f} s")
        except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
            log.warning("the worker process has ended (%s); it will be restarted", error)
            self.stop()
            return Result(task.number, error="the worker process has ended")

    async def _exchange(self, task: Task) -> Result:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await start(
                module_command("nb2prod_server.worker.process"),
                module_variables(),
                stdin=PIPE,
                stdout=PIPE,
            )
        assert process.stdin
        assert process.stdout
        content = msgspec.msgpack.encode(task)
        process.stdin.write(LENGTH.pack(len(content)) + content)
        await process.stdin.drain()
        head = await process.stdout.readexactly(LENGTH.size)
        answer = await process.stdout.readexactly(LENGTH.unpack(head)[0])
        return msgspec.msgpack.decode(answer, type=Result)
