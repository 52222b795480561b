"""Entries of the library files as values; their keys are described at the top of `catalog.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

ROLES = (
    "load",
    "clean",
    "explore",
    "features",
    "split",
    "train",
    "evaluate",
    "predict",
    "save",
    "plot",
    "configure",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a call; its fields are described at the top of `catalog.py`."""

    returns: str | None = None
    shares: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    mutates: tuple[str, ...] = ()
    draws: str | None = None
    unless: str | None = None
    seeds: tuple[str, ...] = ()
    reads: str | None = None
    writes: str | None = None
    evaluates: str | None = None
    options: str | None = None
    figure: bool = False
    prints: bool = False
    unstorable: bool = False
    role: str | None = None
    metric: bool = False


@dataclass(frozen=True, slots=True)
class LibraryClass:
    """The methods and properties of the instances of a class."""

    name: str
    bases: tuple[str, ...] = ()
    methods: Mapping[str, Effect] = field(default_factory=dict[str, Effect])
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    inplace: frozenset[str] = frozenset()
    immutable: bool = False
    unstorable: bool = False
    clones: bool = False
    draws: str | None = None


PURE = Effect()


def _tuple(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


_EFFECT_KEYS = frozenset(f.name for f in fields(Effect))
# The keys that may name several things.
_MANY = frozenset({"shares", "holds", "mutates", "seeds"})


def effect(entry: Mapping[str, Any]) -> Effect:
    """Return the effect that an entry of a data file describes.

    Raises:
        ValueError: the entry has a key outside the vocabulary.
    """
    unknown = entry.keys() - _EFFECT_KEYS
    if unknown:
        raise ValueError(f"not in the vocabulary: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = dict(entry)
    values |= {k: _tuple(v) for k, v in entry.items() if k in _MANY}
    return Effect(**values)


def listed(entry: Mapping[str, Any], who: str) -> dict[str, Effect]:
    """Expand the shorthands of a class or module; `who` is the object that they are about."""
    found: dict[str, Effect] = {}
    for key, meaning in (
        ("pure", PURE),
        ("chains", Effect(returns="same")),
        ("inplace", Effect(returns="same")),
        ("views", Effect(returns="same", shares=(who,))),
        ("mutating", Effect(mutates=(who,))),
        ("figures", Effect(figure=True, role="plot")),
        ("metrics", Effect(returns="builtins.float", role="evaluate", metric=True)),
    ):
        found |= dict.fromkeys(entry.get(key, ()), meaning)
    for type_, names in entry.get("gives", {}).items():
        found |= dict.fromkeys(names, Effect(returns=type_))
    found |= {name: effect(e) for name, e in entry.get("methods", {}).items()}
    for role, names in entry.get("roles", {}).items():
        found |= {name: replace(found[name], role=role) for name in names}
    return found


def library_class(name: str, entry: Mapping[str, Any]) -> LibraryClass:
    """Return the class that an entry of a data file describes."""
    return LibraryClass(
        name=name,
        bases=tuple(entry.get("bases", ())),
        methods=listed(entry, "self"),
        attributes=entry.get("attributes", {}),
        inplace=frozenset(entry.get("inplace", ())),
        immutable=entry.get("immutable", False),
        unstorable=entry.get("unstorable", False),
        clones=entry.get("clones", False),
        draws=entry.get("draws"),
    )
