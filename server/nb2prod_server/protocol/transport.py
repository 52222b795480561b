"""Standard input and output as the server's two pipes, read by its own event loop.

pygls hands each line of input to a thread, which takes longer than most answers do; here the loop
reads the pipe itself. Input that is no message is passed over, and the end of input, or nobody
reading the output any more, ends the server.
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
    """Reads lines and bytes from a pipe; at its end, nothing."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        """Read from `stream`."""
        self._stream = stream

    async def readline(self) -> bytes:
        """Return a line; of one that is no header, what there is."""
        try:
            line = await self._stream.readline()
        except ValueError:  # longer than any header, and dropped
            return b"\n"
        # Behind a message that was longer than it said stands its rest.
        return line[max(0, line.find(_HEADER)) :]

    async def readexactly(self, n: int) -> bytes:
        """Return so many bytes, none if the input ends before."""
        try:
            return await self._stream.readexactly(n)
        except asyncio.IncompleteReadError:
            return b""


class Writer:
    """Writes to a pipe until nobody reads from it."""

    def __init__(self, stream: BinaryIO, stop: Event, reader: asyncio.StreamReader) -> None:
        """Set `stop` when nobody reads any more."""
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
            log.warning("nobody reads what the server says; it ends")
            self._stop.set()
            self._reader.feed_eof()

    def close(self) -> None:
        """Write no more."""
        self._stop.set()


def serve(server: LanguageServer) -> None:
    """Serve on standard input and output until the input ends."""
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if sys.platform == "win32" or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        server.start_io()  # an event loop cannot read a file, and no pipe of Windows
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
