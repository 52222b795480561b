"""What the statements of a notebook are for: the phases of its work."""

from __future__ import annotations

from nb2prod.analysis.flow import Analysis

_PHASES = {
    "load": "load",
    "clean": "prepare",
    "features": "prepare",
    "split": "split",
    "train": "train",
    "predict": "evaluate",
    "evaluate": "evaluate",
    "save": "save",
    "explore": "explore",
    "plot": "explore",
}
_STRENGTH = ("split", "train", "load", "evaluate", "save", "prepare", "explore")


def phase(analysis: Analysis, number: int) -> str | None:
    """Return what a statement is for: the strongest role among its calls."""
    roles = {_PHASES.get(c.role or "") for c in analysis.effects[number].calls}
    return next((p for p in _STRENGTH if p in roles), None)
