"""Keep the outcome of a check in the project: the proof file, and the verdict in the read-me."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from nb2prod.emit.readme import verdict_region, with_verdict
from nb2prod.emit.update import last_text, rewrite
from nb2prod.verify.proof import FILE, Check, proof

_README = "README.md"


def recorded(root: Path) -> str:
    """Return the verdict that a project holds."""
    try:
        return str(_content(root).get("verdict", ""))
    except FileNotFoundError:
        return "unverified: nothing was run"
    except (OSError, ValueError):
        return f"what is in {FILE} can't be read"


def _content(root: Path) -> dict[str, Any]:
    content: Any = json.loads((root / FILE).read_text("utf-8"))
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def record(root: Path, check: Check) -> bool:
    """Write the proof file, and the verdict into the read-me; return whether it has a place for it.

    Raises:
        FolderError: the project can't be written to.
    """
    try:
        tests = _content(root).get("tests")  # they were tried when the project was made
    except (OSError, ValueError):
        tests = None
    text = proof(check, tests)
    texts = {FILE: (text, text)}
    region = verdict_region(check.verdict.text, check.remarks)
    try:
        new = with_verdict((root / _README).read_text("utf-8"), region)
    except (OSError, UnicodeDecodeError):
        new = None
    if new is not None:
        generated = last_text(root, _README) or new
        texts[_README] = (new, with_verdict(generated, region) or generated)
    rewrite(root, texts)
    return new is not None
