"""Phases of the work in a notebook, such as training, and the stages named after them."""

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
STAGE_NAMES = {
    "load": "load_data",
    "prepare": "prepare_data",
    "split": "split_data",
    "train": "train_models",
    "evaluate": "evaluate_models",
    "save": "save_results",
    "explore": "explore_data",
}
_STRENGTH = ("split", "train", "load", "evaluate", "save", "prepare", "explore")


def phase(analysis: Analysis, number: int) -> str | None:
    """Return the phase of a statement: the strongest among its calls, None if none has one."""
    roles = {_PHASES.get(c.role or "") for c in analysis.effects[number].calls}
    return next((p for p in _STRENGTH if p in roles), None)
