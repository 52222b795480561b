"""A generated service, really started on a free port, and ended."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


class Served:
    """A running service.

    Attributes:
        port: Its port on 127.0.0.1.
        log: The lines that it wrote so far.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr
        self.log: list[str] = []
        self._lines = iter(process.stderr)
        self._process = psutil.Process(process.pid)
        self.port = self._port()
        # A log that nobody reads makes the service wait.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _port(self) -> int:
        for line in self._lines:
            self.log.append(line)
            if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        raise RuntimeError("the service did not start:\n" + "".join(self.log[-20:]))

    def _read(self) -> None:
        self.log.extend(self._lines)

    def whole_log(self) -> str:
        """Return the log of a service that has ended."""
        self._reader.join()
        return "".join(self.log)

    @property
    def memory(self) -> int:
        """Its memory in bytes."""
        return self._process.memory_info().rss

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def started(root: Path, *command: str, **variables: str) -> Iterator[Served]:
    """Start the service of a project with its own script, or with another command."""
    process = subprocess.Popen(
        [sys.executable, *(command or ("src/serve.py",)), "--port", "0"],
        cwd=root,
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(process)
    finally:
        process.terminate()
        process.wait()
