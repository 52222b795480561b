"""What a project can have besides its pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# With what each needs itself.
_NEEDS: Mapping[str, tuple[str, ...]] = {"api": (), "docker": ("api",), "onnx": ("api",)}
CAPABILITIES = tuple(_NEEDS)


def with_needed(names: Iterable[str]) -> frozenset[str]:
    """Return capabilities with those that they need."""
    return frozenset(needed for name in names for needed in (name, *_NEEDS[name]))
