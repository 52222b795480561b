"""How long an editor waits: from an edit to the diagnostics, beside `ruff server`.

    python tests/benchmarks/server_latency.py [--cells 20 60 200 1000] [--edits 300] [--rounds 3]

Each server opens the same notebook; in one cell a line is typed and deleted again, which some rule
finds fault with, and after each edit the time until the cell's diagnostics arrive is taken. All
default rules are on, no edit is left out, and the server looks at a notebook without delay (which
is also how it is set by default: `nb2prod.delay` is 0). The rounds of both servers alternate.
What is printed says something about the machine, too: compare the columns with one another.

The last table is of the analysis alone, in this process, without a protocol around it.
"""

from __future__ import annotations

import argparse
import gc
import json
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.notebook.read import read_notebook

HERE = Path(sys.executable).parent
SERVERS = {
    "nb2prod": [str(HERE / "nb2prod"), "server"],
    "ruff": [str(HERE / "ruff"), "server"],
}
TYPED = "import os, sys; p = '/home/me/x.csv'\n"
EDITED = 1


@dataclass
class Measured:
    """Measurements of one server on one notebook."""

    milliseconds: list[float]
    ready_cpu: float  # seconds, until the server had answered the first request
    memory: float  # MB, the most it ever took


class Client:
    """An editor that does nothing but wait."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start a server."""
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=folder
        )
        self.inbox: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, method: str, params: object, number: int | None = None) -> None:
        """Send a notification, or with a number a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else {**message, "id": number}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def wait(self, wanted: Any) -> tuple[float, dict[str, Any]]:
        """Return the next message that is wanted, and when it came."""
        while True:
            at, message = self.inbox.get(timeout=120)
            if "id" in message and "method" in message:
                self._answer(message)
            elif wanted(message):
                return at, message

    def _answer(self, message: dict[str, Any]) -> None:
        items = message["params"].get("items", ()) if message.get("params") else ()
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": [None] * len(items)})
        assert self.process.stdin
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        self.process.stdin.flush()

    def _listen(self) -> None:
        assert self.process.stdout
        while head := self.process.stdout.readline():
            length = int(head.split(b":")[1]) if head.lower().startswith(b"content-length") else 0
            while length and self.process.stdout.readline().strip():
                pass
            if length:
                message = json.loads(self.process.stdout.read(length))
                self.inbox.put((time.perf_counter(), message))


def measure(command: Sequence[str], notebook: Path, edits: int) -> Measured:
    """Type and delete a line, again and again."""
    client = Client(command, notebook.parent)
    capabilities = {
        "workspace": {"configuration": True},
        "notebookDocument": {"synchronization": {"dynamicRegistration": False}},
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": True,
                "codeDescriptionSupport": True,
                "dataSupport": True,
                "versionSupport": True,
            }
        },
    }
    root = notebook.parent.as_uri()
    start = {"processId": None, "rootUri": root, "capabilities": capabilities}
    client.send("initialize", start, 1)
    client.wait(lambda m: m.get("id") == 1)
    ready = _cpu(client.process.pid)
    client.send("initialized", {})
    cells = [cell.source for cell in read_notebook(notebook).cells]
    uris = [f"vscode-notebook-cell:{notebook}#W{n}" for n in range(len(cells))]
    document = {
        "uri": notebook.as_uri(),
        "notebookType": "jupyter-notebook",
        "version": 1,
        "cells": [{"kind": 2, "document": uri} for uri in uris],
    }
    texts = [
        {"uri": uri, "languageId": "python", "version": 1, "text": text}
        for uri, text in zip(uris, cells, strict=True)
    ]
    params = {"notebookDocument": document, "cellTextDocuments": texts}
    client.send("notebookDocument/didOpen", params)
    client.wait(lambda m: _shows(m, uris[EDITED]))
    counts = [_settled(client, uris[EDITED], document["uri"], n) for n in (2, 3)]
    took: list[float] = []
    for number in range(4, edits + 4):
        expected = counts[number % 2]
        begin = _edit(client, uris[EDITED], document["uri"], number)
        end, _ = client.wait(lambda m, e=expected: _shows(m, uris[EDITED]) and _count(m) == e)
        took.append((end - begin) * 1000)
    memory = _peak(client.process.pid)
    client.process.kill()
    client.process.communicate()
    return Measured(took, ready, memory)


def _edit(client: Client, cell: str, notebook: str, number: int) -> float:
    """Type the line or delete it, by turns; return when."""
    typed = number % 2 == 0
    end = {"line": 0 if typed else TYPED.count("\n"), "character": 0}
    where = {"start": {"line": 0, "character": 0}, "end": end}
    change = {"range": where, "text": TYPED if typed else ""}
    content = {"document": {"uri": cell, "version": number}, "changes": [change]}
    params = {
        "notebookDocument": {"uri": notebook, "version": number},
        "change": {"cells": {"textContent": [content]}},
    }
    begin = time.perf_counter()
    client.send("notebookDocument/didChange", params)
    return begin


def _settled(client: Client, cell: str, notebook: str, number: int) -> int:
    """Make an edit; return how many diagnostics there are when no more messages come."""
    _edit(client, cell, notebook, number)
    _, message = client.wait(lambda m: _shows(m, cell))
    time.sleep(1)
    while not client.inbox.empty():
        _, later = client.inbox.get()
        message = later if _shows(later, cell) else message
    return _count(message)


def _shows(message: dict[str, Any], uri: str) -> bool:
    published = message.get("method") == "textDocument/publishDiagnostics"
    return published and message["params"]["uri"] == uri


def _count(message: dict[str, Any]) -> int:
    return len(message["params"]["diagnostics"])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def write_notebook(file: Path, count: int) -> None:
    """Write a notebook of so many cells, eight lines each."""
    sources = ["import numpy as np\nimport pandas as pd\n"]
    for cell in range(1, count):
        lines = (f"v{cell}_{line} = np.arange({line}) + {cell}\n" for line in range(8))
        sources.append("".join(lines))
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None,
         "outputs": [], "source": source}
        for n, source in enumerate(sources)
    ]  # fmt: skip
    metadata = {"language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    file.write_text(json.dumps(notebook), "utf-8")


def analysis(file: Path, edits: int) -> list[float]:
    """Return how many milliseconds the analysis of each edit takes, CPU time."""
    gc.set_threshold(50_000, 20, 20)
    notebook = read_notebook(file)
    check = IncrementalCheck(RuleSet.of(Config()), slow=False)
    check.check(notebook)
    plain = notebook.cells[EDITED].source
    took: list[float] = []
    for number in range(edits):
        cells = list(notebook.cells)
        cells[EDITED] = replace(cells[EDITED], source=plain if number % 2 else TYPED + plain)
        notebook = replace(notebook, cells=tuple(cells))
        begin = time.process_time()
        check.check(notebook)
        took.append((time.process_time() - begin) * 1000)
    return took


def _of(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cells", nargs="+", type=int, default=[20, 60, 200, 1000])
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = {count: Path(folder, f"bench{count}.ipynb") for count in options.cells}
        print("edit to diagnostics, ms")
        heads = f"{'median':>8}{'p99':>8}{'least':>8}{'MB':>6}{'ready, CPU s':>14}"
        print(f"{'cells':>6} {'server':8}{heads}")
        for count, file in files.items():
            write_notebook(file, count)
            rounds = [
                {name: measure(command, file, options.edits) for name, command in SERVERS.items()}
                for _ in range(options.rounds)
            ]
            for name in SERVERS:
                results = [measured[name] for measured in rounds]
                took = [ms for result in results for ms in result.milliseconds]
                print(
                    f"{count:6} {name:8}{statistics.median(took):8.2f}{_of(took, 0.99):8.2f}"
                    f"{min(took):8.2f}{max(r.memory for r in results):6.0f}"
                    f"{min(r.ready_cpu for r in results):14.2f}"
                )
        print("\nthe analysis alone, ms of CPU time")
        print(f"{'cells':>6}{'median':>8}{'p95':>8}{'max':>8}")
        for count, file in files.items():
            took = analysis(file, options.edits)
            print(f"{count:6}{statistics.median(took):8.2f}{_of(took, 0.95):8.2f}{max(took):8.2f}")


if __name__ == "__main__":
    main()
