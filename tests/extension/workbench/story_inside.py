"""The editor's own interface: what other extensions and the editor itself see of nb2prod."""

import json
import time
from pathlib import Path

from driving import Window


def test_the_story_that_is_told_inside_the_editor(editor: Window, workspace: Path):
    editor.open_notebook("inside.ipynb")
    editor.command("Run the Tests Inside")
    file = workspace / "inside.json"
    deadline = time.monotonic() + 600
    while not file.exists() and time.monotonic() < deadline:
        editor.page.wait_for_timeout(500)
    results = json.loads(file.read_text())
    for result in results:
        print("ok" if result["error"] is None else "FAILED", result["name"])
    assert [result for result in results if result["error"]] == []
    assert len(results) == (Path(__file__).parent / "inside/tests.js").read_text().count(
        "  async '"
    )
