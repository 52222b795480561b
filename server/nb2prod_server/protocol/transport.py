"""Serve on standard input and output, read by the server's own event loop.

pygls passes each line of input to a thread, which takes longer than most answers; here the event
loop reads the pipe itself. Input that is not a message is skipped. The server stops when its input
ends or its output is closed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
from threading import Event
from typing import BinaryIO

from pygls.io_ import run_async
from pygls.lsp.server import LanguageServer

_HEADER = b"Content-Length: "

log = logging.getLogger(__name__)


class Reader:
    """Reads lines and bytes from a pipe; returns empty bytes at its end."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        """Read from `stream`."""
        self._stream = stream

    async def readline(self) -> bytes:
        """Return a line; a header that does not start its line is cut out of it."""
        try:
            line = await self._stream.readline()
        except ValueError:  # longer than any header, and dropped
            return b"\n"
        # The rest of a message that was longer than announced precedes the next header.
        return line[max(0, line.find(_HEADER)) :]

    async def readexactly(self, n: int) -> bytes:
        """Return exactly `n` bytes; empty bytes if the input ends before."""
        try:
            return await self._stream.readexactly(n)
        except asyncio.IncompleteReadError:
            return b""


class Writer:
    """Writes to a pipe until the other side closes it."""

    def __init__(self, stream: BinaryIO, stop: Event, reader: asyncio.StreamReader) -> None:
        """Write to `stream`; set `stop` when the other side closes it."""
        self._stream = stream
        self._stop = stop
        self._reader = reader

    def write(self, data: bytes) -> None:
        """Write a message."""
        if self._stop.is_set():
            return
        try:
            self._stream.write(data)
            self._stream.flush()
        except (OSError, ValueError):
            log.warning("the editor has closed the output; the server stops")
            self._stop.set()
            self._reader.feed_eof()

    def close(self) -> None:
        """Stop writing."""
        self._stop.set()


def serve(server: LanguageServer) -> None:
    """Serve on standard input and output until the input ends."""
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if sys.platform == "win32" or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        server.start_io()  # an event loop cannot read files, nor pipes on Windows
        return
    try:
        asyncio.run(_serve(server))
    finally:
        server.shutdown()


async def _serve(server: LanguageServer) -> None:
    loop = asyncio.get_running_loop()
    stream = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), sys.stdin.buffer)
    stop = Event()
    server.protocol.set_writer(Writer(sys.stdout.buffer, stop, stream))
    await run_async(
        stop_event=stop,
        reader=Reader(stream),
        protocol=server.protocol,
        logger=log,
        error_handler=server.report_server_error,
    )
