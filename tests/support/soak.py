"""A long day in an editor: random edits, moves and undos, compared with a look from nothing.

    python tests/support/soak.py [--edits 20000] [--cells 40] [--seed 0]

A server is told of one change after the other; after each 100, what it shows must be what another
server shows that is only told of the notebook as it is then. Its memory must not grow. The rules
that follow the data are off: they answer when they are done, not after each change.
"""

import argparse
import copy
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wire import Wire

from nb2prod.notebook.read import parse_notebook
from nb2prod.rules.pages.examples import examples
from nb2prod.rules.registry import notebook_rules, page

URI = "file:///soak/prices.ipynb"
SETTINGS = {"select": ["ALL"], "ignore": ["NBL"]}
EVERY = 100


@dataclass
class Cell:
    """A cell as the editor has it; what it was before each edit is kept, to undo."""

    uri: str
    kind: int
    text: str
    version: int = 1
    before: list[str] = field(default_factory=list)


class Editor:
    """A person who works on a notebook, without a plan."""

    def __init__(self, server: Wire, cells: int, seed: int) -> None:
        self.server = server
        self.draw = random.Random(seed)
        self.pool = [
            cell
            for rule in notebook_rules()
            if rule.code not in {"NBV006", "NBV007"}
            for example in examples(page(rule))
            for cell in parse_notebook(Path(example.name), example.content).cells
            if len(cell.source) < 1000
        ]
        self.made = 0
        self.version = 1
        self.cells = [self._new() for _ in range(cells)]
        self.least = cells // 2
        self.most = cells * 2
        self.open(server)

    def open(self, server: Wire) -> None:
        cells = [{"kind": c.kind, "document": c.uri} for c in self.cells]
        notebook = {"uri": URI, "notebookType": "jupyter-notebook", "version": self.version}
        documents = [self._item(c) for c in self.cells]
        params = {"notebookDocument": {**notebook, "cells": cells}, "cellTextDocuments": documents}
        server.notify("notebookDocument/didOpen", params)

    def step(self) -> None:
        what = self.draw.random()
        if what < 0.55:
            self._type()
        elif what < 0.75:
            self._undo()
        elif what < 0.85:
            self._replace(self.draw.choice(self.cells), self.draw.choice(self.pool).source)
        else:
            self._restructure()

    def _type(self) -> None:
        """Press a key, or delete a few signs."""
        cell = self.draw.choice(self.cells)
        start = self.draw.randint(0, len(cell.text))
        end = min(len(cell.text), start + self.draw.choice([0, 0, 0, 1, 5]))
        if "\r" in cell.text:
            self._replace(cell, cell.text.replace("\r", ""))
            return
        keys = ["a", "x ", "\n", "(", '"', "#", "😀", "\u2028", "import os\n", "np", "%time ", "é"]
        self._edit(cell, start, end, self.draw.choice(keys))

    def _undo(self) -> None:
        cells = [cell for cell in self.cells if cell.before]
        if cells:
            cell = self.draw.choice(cells)
            text = cell.before.pop()
            self._replace(cell, text)
            cell.before.pop()

    def _replace(self, cell: Cell, text: str) -> None:
        cell.before = [*cell.before[-4:], cell.text]
        cell.text = text
        self._tell_text(cell, {"text": text})

    def _edit(self, cell: Cell, start: int, end: int, new: str) -> None:
        where = {"start": _position(cell.text, start), "end": _position(cell.text, end)}
        cell.before = [*cell.before[-4:], cell.text]
        cell.text = cell.text[:start] + new + cell.text[end:]
        self._tell_text(cell, {"range": where, "text": new})

    def _tell_text(self, cell: Cell, change: dict[str, Any]) -> None:
        cell.version += 1
        document = {"uri": cell.uri, "version": cell.version}
        self._tell({"textContent": [{"document": document, "changes": [change]}]})

    def _restructure(self) -> None:
        """Add cells, delete some, or move them."""
        draw = self.draw
        start = draw.randint(0, len(self.cells))
        count = draw.randint(0, min(3, len(self.cells) - start))
        gone = self.cells[start : start + count]
        small, large = len(self.cells) < self.least, len(self.cells) > self.most
        kept = [c for c in gone if small or (draw.random() < 0.7 and not large)]
        new = [] if large else [self._new() for _ in range(draw.randint(0, 1) + small)]
        put = kept + new
        draw.shuffle(put)
        self.cells[start : start + count] = put
        cells = [{"kind": c.kind, "document": c.uri} for c in put]
        structure = {
            "array": {"start": start, "deleteCount": count, "cells": cells},
            "didOpen": [self._item(c) for c in new],
            "didClose": [{"uri": c.uri} for c in gone if c not in kept],
        }
        self._tell({"structure": structure})

    def _tell(self, cells: dict[str, Any]) -> None:
        self.version += 1
        notebook = {"uri": URI, "version": self.version}
        params = {"notebookDocument": notebook, "change": {"cells": cells}}
        self.server.notify("notebookDocument/didChange", params)

    def _new(self) -> Cell:
        self.made += 1
        cell = self.draw.choice(self.pool)
        return Cell(f"cell:{self.made}", 1 if cell.kind == "markdown" else 2, cell.source)

    def _item(self, cell: Cell) -> dict[str, Any]:
        language = "markdown" if cell.kind == 1 else "python"
        return {
            "uri": cell.uri,
            "languageId": language,
            "version": cell.version,
            "text": cell.text,
        }


def _position(text: str, offset: int) -> dict[str, int]:
    before = text[:offset].replace("\r\n", "\n").split("\n")
    return {"line": len(before) - 1, "character": len(before[-1].encode("utf-16-le")) // 2}


def shown(server: Wire, editor: Editor, number: int) -> dict[str, list[dict[str, Any]]]:
    """Return what a server shows, once it has looked at all it was told."""
    document = {"textDocument": {"uri": editor.cells[0].uri}}
    server.request(number, "textDocument/documentSymbol", document)
    here = [URI, *(cell.uri for cell in editor.cells)]
    return {uri: _without_versions(uri, server.shown[uri]) for uri in here if server.shown.get(uri)}


def _without_versions(uri: str, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out which version of other cells a fix was made for.

    Where that is not the one they have, the fix is made again on request; so a cell
    need not be shown again because another one, which its fix would change, has been touched.
    """
    shown = copy.deepcopy(shown)
    for diagnostic in shown:
        for fix in diagnostic["data"].get("fixes", ()):
            for other in fix["edits"].keys() - {uri}:
                del fix["edits"][other]["version"]
    return shown


def memory(server: Wire) -> int:
    """Return how many kB of memory a server takes."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def soak(edits: int, cells: int, seed: int) -> tuple[int, int]:
    """Return the memory in kB that the server took after a fourth of the edits, and at the end."""
    worked, fresh = Wire(**SETTINGS), Wire(**SETTINGS)
    try:
        editor = Editor(worked, cells, seed)
        early = 0
        for number in range(1, edits // EVERY + 1):
            for _ in range(EVERY):
                editor.step()
            found = shown(worked, editor, number + 1)
            editor.open(fresh)
            expected = shown(fresh, editor, number + 1)
            closed = {"notebookDocument": {"uri": URI}, "cellTextDocuments": []}
            fresh.notify("notebookDocument/didClose", closed)
            fresh.shown.clear()
            differing = [
                u for u in found.keys() | expected.keys() if found.get(u) != expected.get(u)
            ]
            for uri in differing:
                cell = next((c for c in editor.cells if c.uri == uri), None)
                print(f"{uri}: {cell}\n  shown {found.get(uri)}\n  found {expected.get(uri)}")
            assert not differing, f"after {number * EVERY} edits, seed {seed}"
            if number == max(1, edits // EVERY // 4):
                early = memory(worked)
        return early, memory(worked)
    finally:
        for server in (worked, fresh):
            server.end()


def main() -> None:
    """Soak, and say how it went."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--edits", type=int, default=20_000)
    parser.add_argument("--cells", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    early, late = soak(options.edits, options.cells, options.seed)
    print(f"{options.edits} edits, no difference; memory {early} kB, then {late} kB")


if __name__ == "__main__":
    main()
