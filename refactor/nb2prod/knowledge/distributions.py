"""Distributions of imported modules, for when the environment does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any


def distribution_name(module: str) -> str:
    """Return the name of the distribution that usually provides a module."""
    parts = module.split(".")
    dotted = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    table = _table()["modules"]
    return next((table[part] for part in dotted if part in table), parts[0])


def bringing(module: str) -> Sequence[str]:
    """Return the distributions that provide a top-level module; one of them is enough."""
    others = _table()["others"].get(module, ())
    return (distribution_name(module), module, *others, *_table()["brought"].get(module, ()))


def needed_by_calls(calls: Sequence[str]) -> Sequence[str]:
    """Return the distributions that functions need in addition to their own library."""
    table = _table()["calls"]
    return [table[call] for call in calls if call in table]


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    # A plain path, because `importlib.resources` takes longer than all the rest of a check.
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
