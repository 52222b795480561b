"""A server at the other end of two pipes, spoken to message by message."""

import contextlib
import json
import subprocess
import threading
from queue import Queue
from typing import Any

from editor import SERVER


class Wire:
    """A server at the other end of two pipes, and nothing in between."""

    def __init__(self, **settings: object) -> None:
        self._start()
        params = {"processId": None, "rootUri": None, "capabilities": {}}
        self.request(1, "initialize", {**params, "initializationOptions": settings})
        self.notify("initialized", {})

    @classmethod
    def silent(cls) -> "Wire":
        """Return a server to which nothing has been said yet."""
        made = cls.__new__(cls)
        made._start()
        return made

    def _start(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(SERVER, stdin=pipe, stdout=pipe, stderr=pipe)
        self.shown: dict[str, list[dict[str, Any]]] = {}
        self._inbox: Queue[dict[str, Any]] = Queue()
        # A side that does not read makes the other side wait, and in the end itself.
        threading.Thread(target=self._listen, daemon=True).start()

    def raw(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: object) -> None:
        self.send({"method": method, "params": params})

    def request(self, number: int | str, method: str, params: object) -> dict[str, Any]:
        self.send({"id": number, "method": method, "params": params})
        while True:
            answer = self.read()
            if answer.get("id") == number and "method" not in answer:
                return answer

    def _listen(self) -> None:
        assert self.process.stdout
        while True:
            length = 0
            while (line := self.process.stdout.readline()).strip():
                if line.lower().startswith(b"content-length"):
                    length = int(line.split(b":")[1])
            if not length:
                self._inbox.put({})
                return
            self._inbox.put(json.loads(self.process.stdout.read(length)))

    def read(self, seconds: float = 120) -> dict[str, Any]:
        """Return the next message of the server."""
        message = self._inbox.get(timeout=seconds)
        assert message, "the server has ended"
        if message.get("method") == "textDocument/publishDiagnostics":
            self.shown[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def open(self, uri: str, text: str) -> None:
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def lenses(self, number: int, uri: str) -> dict[str, Any]:
        return self.request(number, "textDocument/codeLens", {"textDocument": {"uri": uri}})

    def end(self) -> None:
        """End the server, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
