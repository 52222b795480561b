"""What a project can have besides its pipeline."""

from __future__ import annotations

from collections.abc import Iterable

CAPABILITIES = ("api", "docker")  # each needs those before it


def with_needed(names: Iterable[str]) -> frozenset[str]:
    """Return capabilities with those that they need."""
    last = max((CAPABILITIES.index(name) for name in names), default=-1)
    return frozenset(CAPABILITIES[: last + 1])
