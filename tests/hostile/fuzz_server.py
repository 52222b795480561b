"""Fuzz the language server with messages that no editor sends.

    python tests/hostile/fuzz_server.py                  as many as issue 17 asks for
    python tests/hostile/fuzz_server.py --count 100 --seed 3

A server that ends, or that leaves a request unanswered, has failed.
"""

import argparse
import copy
import json
import queue
import random
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from mutations import change_data, changed_bytes
from tally import Tally, table
from wire import Wire

from nb2prod_server.features.commands import NAMES

BATCH = 25  # messages, after which all answers are awaited
CPU_LIMIT = 20.0  # seconds for a batch
PATIENCE = 300  # seconds to wait for an answer
INTERNAL_ERROR = -32603
URIS = (
    *("file:///w/a.py", "file:///w/b.ipynb", "file:///w/c.md", "untitled:x", "nonsense", ""),
    *("vscode-notebook-cell:/w/b.ipynb#W1", "vscode-notebook-cell:/w/b.ipynb#W2"),
    *("file:///%00", "file:///dev/zero", "file://host/share/x.py", "file:///" + "x" * 5000),
)
TEXTS = (
    *("", "# %%\nx = 1\n# %%\nprint(x)\n", "import os\nx = 'é\U0001d4b3'\n", "x = (\n", "\0"),
    *(
        "# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\n# %%\nd.dropna()\n",
        "x = 1\n" * 20_000,
    ),
    *("(" * 500, "# %%\n" * 500, "x" * 1_000_000, "a\rb\u2028c\r\n", "# %%\n!ls {x}\n%time y\n"),
)
COMMANDS = (*NAMES, "x", "")
CAPABILITIES = {
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "codeLens": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
    },
    "window": {"workDoneProgress": True},
}


class Dice:
    """Random messages, well-formed and not."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def message(self, number: int) -> dict[str, Any]:
        """Return a message, half of the time with changes."""
        method, params = self._call()
        data: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if not method.startswith(
            ("textDocument/did", "notebookDocument/did", "$/", "workspace/did")
        ):
            data["id"] = number if self._chance.random() < 0.9 else f"id {number}"
        if self._chance.random() < 0.5:
            holder = data if self._chance.random() < 0.1 else params
            for _ in range(self._chance.randint(1, 3)):
                change_data(holder, self._chance)
        return data

    def frame(self, data: dict[str, Any]) -> bytes:
        """Return a message as bytes; a lone surrogate stays one."""
        body = json.dumps(data).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

    def broken_frame(self) -> bytes:
        """Return bytes that are no message, and do not take in the next one."""
        body = json.dumps(self.message(0)).encode()
        length = b"Content-Length: %d\r\n" % len(body)
        return self._chance.choice(
            (
                b"nonsense\r\n\r\n",
                b"Content-Length: x\r\n\r\n",
                b"Content-Length: -5\r\n\r\n",
                b"Content-Length: 0\r\n\r\n",
                b"Content-Length: 4\r\n\r\nnull",
                b"Content-Length: 2\r\n\r\n[]",
                b"Content-Length: 6\r\n\r\n\xff\xfe\x00\x01{}",
                b"Content-Length: 3000\r\n\r\n" + b"[" * 3000,
                b"content-length: 2\r\n\r\n{}",
                b"X: y\r\n" * 50 + length + b"\r\n" + body,
                b"x" * 200_000 + b"\r\n",
                length + b"\r\n" + body[: len(body) // 2] + b" " * (len(body) - len(body) // 2),
                length + b"\r\n" + changed_bytes(body, self._chance)[: len(body)].ljust(len(body)),
                b"Content-Length: %d\r\n\r\n%s" % (len(body) // 2, body),
            )
        )

    def _call(self) -> tuple[str, dict[str, Any]]:
        """Return a method and its params."""
        pick = self._chance.choice
        uri, text = pick(URIS), pick(TEXTS)
        document = {"uri": uri, "version": pick([1, 2, -1, 2**31])}
        where = {"start": self._position(), "end": self._position()}
        item = {**document, "languageId": pick(["python", "markdown", "x"]), "text": text}
        book = {"uri": "file:///w/b.ipynb", "version": 1}
        cells = [{"kind": pick([1, 2]), "document": u} for u in URIS if "-cell" in u]
        change = {"range": where, "text": text} if self._chance.random() < 0.5 else {"text": text}
        cell_change = {"cells": {"structure": {"array": self._array(cells)}}}
        return pick(
            (
                ("textDocument/didOpen", {"textDocument": item}),
                ("textDocument/didChange", {"textDocument": document, "contentChanges": [change]}),
                ("textDocument/didSave", {"textDocument": document}),
                ("textDocument/didClose", {"textDocument": document}),
                (
                    "notebookDocument/didOpen",
                    {
                        "notebookDocument": {
                            **book,
                            "notebookType": "jupyter-notebook",
                            "cells": copy.deepcopy(cells),
                        },
                        "cellTextDocuments": [{**item, "uri": c["document"]} for c in cells],
                    },
                ),
                ("notebookDocument/didChange", {"notebookDocument": book, "change": cell_change}),
                ("notebookDocument/didClose", {"notebookDocument": book, "cellTextDocuments": []}),
                (
                    "workspace/didChangeConfiguration",
                    {"settings": {"nb2prod": {"select": ["ALL"]}}},
                ),
                ("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]}),
                ("$/cancelRequest", {"id": pick([1, "x", 10**9])}),
                ("$/setTrace", {"value": pick(["off", "verbose"])}),
                ("textDocument/hover", {"textDocument": document, "position": where["start"]}),
                (
                    "textDocument/codeAction",
                    {
                        "textDocument": document,
                        "range": where,
                        "context": {"diagnostics": [], "only": ["source.fixAll", "refactor"]},
                    },
                ),
                ("textDocument/codeLens", {"textDocument": document}),
                ("textDocument/documentSymbol", {"textDocument": document}),
                ("textDocument/inlayHint", {"textDocument": document, "range": where}),
                (
                    "workspace/executeCommand",
                    {"command": pick(COMMANDS), "arguments": [{"uri": uri, "notebook": uri}]},
                ),
                ("codeAction/resolve", {"title": "x", "data": {"uri": uri, "kind": "refactor"}}),
                ("no/such/method", {"x": text[:1000]}),
                ("textDocument/completion", {"textDocument": document, "position": where["end"]}),
            )
        )

    def _position(self) -> dict[str, int]:
        pick = self._chance.choice
        return {"line": pick([0, 1, 3, 10**6, -1]), "character": pick([0, 2, 10**9, -5])}

    def _array(self, cells: list[Any]) -> dict[str, Any]:
        pick = self._chance.choice
        return {"start": pick([0, 1, 99]), "deleteCount": pick([0, 1, 99]), "cells": cells}


class Session:
    """A server, and the requests that it has not answered yet."""

    def __init__(self, dice: Dice, chance: random.Random, tally: Tally) -> None:
        self._dice, self._chance, self._tally = dice, chance, tally
        self._waiting: dict[Any, str] = {}
        self._used = 0.0
        self.wire = Wire.silent()
        threading.Thread(target=self._drain, daemon=True).start()
        with tempfile.TemporaryDirectory() as folder:
            params = {"processId": None, "rootUri": Path(folder).as_uri()}
            options = {"trusted": False}
            params |= {"capabilities": CAPABILITIES, "initializationOptions": options}
            self.wire.request("first", "initialize", params)
        self.wire.notify("initialized", {})

    def _drain(self) -> None:
        assert self.wire.process.stderr
        while self.wire.process.stderr.read(65536):
            pass

    def send(self, number: int) -> None:
        """Send a message."""
        if self._chance.random() < 0.1:
            self.wire.raw(self._dice.broken_frame())
            return
        data = self._dice.message(number)
        method = data.get("method")
        if (
            isinstance(data.get("id"), int | str)
            and isinstance(method, str)
            and "/did" not in method
        ):
            self._waiting[data["id"]] = method
        self.wire.raw(self._dice.frame(data))

    def await_answers(self, name: str) -> None:
        """Wait for all answers, and count the batch."""
        self._waiting[f"end of {name}"] = "textDocument/codeLens"
        params = {"textDocument": {"uri": "file:///none.py"}}
        self.wire.send(
            {"id": f"end of {name}", "method": "textDocument/codeLens", "params": params}
        )
        wrong: list[str] = []
        while self._waiting and not wrong:
            try:
                answer = self.wire.read(PATIENCE)
            except queue.Empty:
                wrong.append(f"no answer to {list(self._waiting.items())[:3]}")
            except AssertionError as ended:
                wrong.append(str(ended))
            else:
                wrong += self._heard(answer)
        seconds = self._seconds() if not wrong else 0.0
        if seconds > CPU_LIMIT:
            wrong.append(f"it took {seconds:.0f} s")
        self._tally.add(name, seconds, "batch", wrong)

    def _heard(self, answer: dict[str, Any]) -> list[str]:
        if "method" in answer:
            if "id" in answer:  # a request of the server, which is answered by anything
                result = self._chance.choice([None, [], [None], {"applied": False}, 3, "x"])
                self.wire.send({"id": answer["id"], "result": result})
            return []
        number = answer.get("id")
        method = self._waiting.pop(number, "") if isinstance(number, int | str) else ""
        error = answer.get("error")
        kind = f"error {error['code']}" if error else "answered"
        self._tally.statuses[kind] = self._tally.statuses.get(kind, 0) + 1
        if method and error and error["code"] == INTERNAL_ERROR:
            return [f"internal error in {method}: {str(error)[:300]}"]
        return []

    def _seconds(self) -> float:
        """Return the CPU seconds since the last time, those of the workers included."""
        server = psutil.Process(self.wire.process.pid)
        used = 0.0
        for process in (server, *server.children(recursive=True)):
            times = process.cpu_times()
            used += times.user + times.system
        before, self._used = self._used, used
        return max(0.0, used - before)


def fuzz(count: int, seed: int) -> Tally:
    """Send so many messages to a server."""
    tally = Tally("messages to the server")
    chance = random.Random(f"server {seed}")
    session = Session(Dice(chance), chance, tally)
    try:
        for number in range(count):
            session.send(number)
            if number % BATCH == BATCH - 1 or number == count - 1:
                session.await_answers(f"messages up to {number}")
                if session.wire.process.poll() is not None:
                    tally.add("end", 0.0, "dead", ["the server has ended"])
                    break
    except BrokenPipeError as error:
        tally.add("end", 0.0, "dead", [type(error).__name__])
    finally:
        session.wire.end()
    tally.count = count
    return tally


def main() -> int:
    """Fuzz, and print the table; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=2000, help="messages")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tally = fuzz(options.count, options.seed)
    print(table([tally]))
    return int(bool(tally.failures))


if __name__ == "__main__":
    sys.exit(main())
