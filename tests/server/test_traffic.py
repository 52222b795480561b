"""Replay of the messages that Visual Studio Code sent while a person worked.

    python tests/extension/workbench.py --record tests/server/vscode.jsonl

has a real one work on a notebook, and writes down what it says.
"""

import json
import shutil
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from places import MESSY
from wire import Wire

CAPTURE = Path(__file__).with_name("vscode.jsonl")
GIVEN_UP = {-32800, -32801}  # cancelled by the editor; it has changed the text meanwhile


class Model:
    """The notebook as the editor has it, from what it says."""

    def __init__(self) -> None:
        self.notebook: dict[str, Any] = {}
        self.texts: dict[str, dict[str, Any]] = {}

    def hear(self, method: str, params: Any) -> None:
        """Follow a notification."""
        if method == "notebookDocument/didOpen":
            self.notebook = params["notebookDocument"]
            self.texts = {item["uri"]: item for item in params["cellTextDocuments"]}
        elif method == "notebookDocument/didChange":
            self.notebook["version"] = params["notebookDocument"]["version"]
            self.notebook |= {k: v for k, v in params["change"].items() if k == "metadata"}
            self._change(params["change"].get("cells") or {})

    def _change(self, cells: dict[str, Any]) -> None:
        if structure := cells.get("structure"):
            array = structure["array"]
            start, end = array["start"], array["start"] + array["deleteCount"]
            self.notebook["cells"][start:end] = array.get("cells") or []
            self.texts |= {item["uri"]: item for item in structure.get("didOpen") or ()}
        for data in cells.get("data") or ():
            cell = next(c for c in self.notebook["cells"] if c["document"] == data["document"])
            cell.update(data)
        for content in cells.get("textContent") or ():
            item = self.texts[content["document"]["uri"]]
            item["version"] = content["document"]["version"]
            for change in content["changes"]:
                item["text"] = _changed(item["text"], change)

    @property
    def opening(self) -> dict[str, Any]:
        """The parameters of a notebook's opening, in its current state."""
        items = [self.texts[cell["document"]] for cell in self.notebook["cells"]]
        return {"notebookDocument": self.notebook, "cellTextDocuments": items}


def _changed(text: str, change: dict[str, Any]) -> str:
    if "range" not in change:
        return change["text"]
    lines = text.split("\n")
    start, end = (
        sum(len(line) + 1 for line in lines[: place["line"]]) + place["character"]
        for place in (change["range"]["start"], change["range"]["end"])
    )
    return text[:start] + change["text"] + text[end:]


class Replay:
    """The messages of the editor, sent to a server; what the server asks is answered as then."""

    def __init__(self, folder: Path) -> None:
        text = CAPTURE.read_text("utf-8").replace("/workshop", str(folder))
        self.messages = [json.loads(line) for line in text.splitlines()]
        self.answers: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        asked = {m["id"]: m["method"] for m in self.messages if m["from"] == "server"}
        for message in self.messages:
            if message["from"] == "editor" and "method" not in message:
                self.answers[asked[message["id"]]].append(message)
        self.model = Model()
        self.answered: dict[Any, dict[str, Any]] = {}
        self.wire = Wire.silent()

    def run(self) -> None:
        """Say everything but the farewell; an editor does not wait, but for a first answer."""
        for message in self.messages:
            if message["from"] == "server" or "method" not in message:
                continue
            if message["method"] == "shutdown":
                return
            self.model.hear(message["method"], message.get("params"))
            self.wire.send({k: v for k, v in message.items() if k != "from"})
            if message["method"] == "initialize":
                self.hear([message["id"]])

    def hear(self, numbers: Iterable[Any]) -> None:
        """Read what the server says until it has answered some requests; answer what it asks."""
        wanted = set(numbers)
        while not self.answered.keys() >= wanted:
            message = self.wire.read()
            if "method" not in message:
                self.answered[message["id"]] = message
            elif "id" in message:
                then = self.answers[message["method"]]
                said = then.popleft() if len(then) > 1 else then[0] if then else {"result": None}
                answer = {k: said[k] for k in ("result", "error") if k in said}
                self.wire.send({"id": message["id"], **answer})

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests of the editor."""
        asked = [m for m in self.messages if m["from"] == "editor" and "method" in m and "id" in m]
        return [m for m in asked if m["method"] != "shutdown"]


@pytest.fixture
def replay(tmp_path: Path):
    shutil.copytree(MESSY, tmp_path / "workshop")
    shutil.copy(MESSY / "machines.ipynb", tmp_path / "workshop" / "inside.ipynb")
    made = Replay(tmp_path / "workshop")
    yield made
    made.wire.end()


def test_each_request_is_answered_and_the_end_is_shown_as_from_nothing(replay: Replay):
    replay.run()
    replay.hear(m["id"] for m in replay.requests)
    failed = {
        m["method"]: error
        for m in replay.requests
        if (error := replay.answered[m["id"]].get("error")) and error["code"] not in GIVEN_UP
    }
    assert failed == {}
    methods = {m["method"] for m in replay.requests}
    assert {"textDocument/codeAction", "textDocument/codeLens", "textDocument/hover"} <= methods

    fresh = Wire(pause=0)
    fresh.notify("notebookDocument/didOpen", replay.model.opening)
    deadline = time.monotonic() + 60  # some rules follow the data, and answer when they are done
    number = 10_000
    while (shown := _shown(replay, number)) != (expected := _now(fresh, replay, number)):
        assert time.monotonic() < deadline, (shown, expected)
        number += 1
    assert any(expected.values())
    fresh.end()


def _shown(replay: Replay, number: int) -> dict[str, list[tuple[Any, ...]]]:
    """Return the diagnostics of each cell once the server has handled all messages."""
    cells = [cell["document"] for cell in replay.model.notebook["cells"]]
    replay.wire.send(
        {"id": number, "method": "textDocument/documentSymbol",
         "params": {"textDocument": {"uri": cells[0]}}}
    )  # fmt: skip
    replay.hear([number])
    return {uri: _said(replay.wire.shown.get(uri, [])) for uri in cells}


def _now(fresh: Wire, replay: Replay, number: int) -> dict[str, list[tuple[Any, ...]]]:
    cells = [cell["document"] for cell in replay.model.notebook["cells"]]
    fresh.request(number, "textDocument/documentSymbol", {"textDocument": {"uri": cells[0]}})
    return {uri: _said(fresh.shown.get(uri, [])) for uri in cells}


def _said(diagnostics: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(d["code"], d["message"], str(d["range"]), d["severity"]) for d in diagnostics]
