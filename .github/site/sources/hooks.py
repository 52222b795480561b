"""The hooks for pre-commit, from the file that pre-commit reads."""

from __future__ import annotations

from pathlib import Path

import yaml

from sources.markdown import code, table

HOOKS = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"


def overview() -> str:
    """Return a table of the hooks."""
    hooks: list[dict[str, str]] = yaml.safe_load(HOOKS.read_text("utf-8"))
    rows = ((code(hook["id"]), hook["description"], code(hook["entry"])) for hook in hooks)
    return table(("Hook", "What it does", "Runs"), rows)
