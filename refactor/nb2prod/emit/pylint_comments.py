"""Pylint's remarks about what the notebook's own code does, answered where they are made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# What depends on the libraries of the environment, and not on the code.
_OF_ENVIRONMENT = {"import-error", "no-name-in-module", "no-member", "c-extension-no-member"}


def disable_remarks(project: Path) -> None:
    """Let each module name the rules that the notebook's code breaks, after its docstring.

    The notebook's statements are kept as they are, so what Pylint says of them is for a person
    to decide; the comment says in one line what there is to look at.
    """
    found = remarks(project)
    for path, symbols in found.items():
        text = path.read_text("utf-8")
        head, quotes, rest = text.partition('"""')
        doc, closing, body = rest.partition('"""')
        line = f"\n\n# pylint: disable={','.join(sorted(symbols))}"
        path.write_text(head + quotes + doc + closing + line + body, "utf-8")


def remarks(project: Path) -> dict[Path, set[str]]:
    """Return the rules that each module of a project breaks."""
    run = subprocess.run(
        [sys.executable, "-m", "pylint", "--output-format=json", "--score=n", "src"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        messages = json.loads(run.stdout or "[]")
    except json.JSONDecodeError:
        return {}
    found: dict[Path, set[str]] = {}
    for message in messages:
        if message["symbol"] not in _OF_ENVIRONMENT and message["type"] != "fatal":
            found.setdefault(project / message["path"], set()).add(message["symbol"])
    return found
