"""What library calls read, write, return, draw at random: data files in `libraries/`.

Each library has a TOML file. Nothing of the library is imported to use it. The vocabulary:

`[functions]` maps a dotted name (a trailing `.*` stands for all functions that are not listed) to
an effect.
`[classes.NAME]` describes the instances of a class: `bases`, the effects of its `methods` (the
name `*` stands for all that neither it nor its bases list), `attributes` (name -> type of the
value, which shares memory with the instance), `draws` (the random state that a call draws from
which changes the instance, unless it was made with a seed), `immutable`, `unstorable`, `clones`
(what it was made with stays as it is: it fits clones of the estimators, or only reads the data).
`[modules.NAME]` describes functions by the shorthands below, which then speak of the first
argument instead of the instance.
`[families]` maps a package prefix to the class whose description stands for any class of that
package that is not listed. `[aliases]` maps a package prefix to the one used here.
`common.toml` is written like one class: what a method of that name does on a receiver of unknown
type. `stdlib.toml` holds all of the standard library but `builtins`.

The shorthands for long lists of names, in classes, modules and `common.toml`:

    pure          give something new, touch nothing
    chains        the same, and the result has the type of the instance
    inplace       like `chains`, but change the instance when called with `inplace=True`
    views         the result has the type of the instance and shares memory with it
    mutating      change the instance
    figures       draw on the current figure
    metrics       give a number that says how good a model is
    gives         type of the result -> names, else like `pure`
    roles         role -> names described by the other keys

The keys of an effect, all optional:

    returns       dotted type of the result; "self": the receiver itself; "same": a new value of
                  the receiver's (or first argument's) type
    shares        what the result shares memory with: "self", "0" (position), "name" (keyword)
    holds         what the result keeps a reference to, like a container: "self", "0", "name"
    mutates       what the call may change: "self", "0", "name"
    draws         the random state it draws from: "numpy", "python", "torch", "tensorflow";
                  "nothing" for a method that changes its object without a draw
    unless        a keyword which, when given and not None, makes it draw from no global state
    seeds         the random states it sets
    reads, writes the argument that is a path: "0", or "0:name" where it can also be a keyword;
                  "self": the path whose method it is. What saves to a file and does not say what
                  it returns gives None
    evaluates     the argument with a text that refers to variables of the caller: "0:formula" where
                  any name in it may be one, "@0:expr" where only names after an @ are
    options       the process-wide options it changes: "pandas", "matplotlib", "warnings", …
    figure        it draws on the current figure
    prints        it writes on stdout
    unstorable    the result can't be written to a file (a generator, a handle, a connection)
    role          what a statement with this call is for; see `ROLES`
    metric        the result is a number that says how good a model is
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
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
    """What one call does; the fields are described at the top of this module."""

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
    """What is known of the instances of one class."""

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


@cache
def _table(library: str) -> Mapping[str, Any]:
    """Read the file of a top-level package; an empty table when there is none."""
    if library in sys.stdlib_module_names and library != "builtins":
        library = "stdlib"
    source = files("nb2prod.knowledge").joinpath(f"libraries/{library}.toml")
    return tomllib.loads(source.read_text("utf-8")) if source.is_file() else {}


def _tuple(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


_EFFECT_KEYS = frozenset(f.name for f in fields(Effect))
# Those that may name several things.
_MANY = frozenset({"shares", "holds", "mutates", "seeds"})


def effect(entry: Mapping[str, Any]) -> Effect:
    """Make an effect of an entry of a data file.

    Raises:
        ValueError: the entry has a key outside the vocabulary.
    """
    unknown = entry.keys() - _EFFECT_KEYS
    if unknown:
        raise ValueError(f"not in the vocabulary: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = dict(entry)
    values |= {k: _tuple(v) for k, v in entry.items() if k in _MANY}
    return Effect(**values)


def canonical(name: str) -> str:
    """Return the one name under which a thing is described (`tensorflow.keras` → `keras`)."""
    for prefix, target in _table(name.partition(".")[0]).get("aliases", {}).items():
        if name == prefix or name.startswith(prefix + "."):
            return canonical(target + name[len(prefix) :])
    return name


def _listed(entry: Mapping[str, Any], who: str) -> dict[str, Effect]:
    """Expand the shorthands of a class or module; `who` stands for what they speak of."""
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


@cache
def _module(name: str) -> Mapping[str, Effect]:
    """Return the functions that the table of a module lists."""
    return _listed(_table(name.partition(".")[0]).get("modules", {}).get(name, {}), "0")


@cache
def function(name: str) -> Effect | None:
    """Return what calling the function (or class) of that dotted name does; None when unknown."""
    name = canonical(name)
    table: Mapping[str, Any] = _table(name.partition(".")[0]).get("functions", {})
    if name in table:
        return effect(table[name])
    module, _, short = name.rpartition(".")
    if short in (listed := _module(module)):
        return listed[short]
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        entry = table.get(".".join(parts[:cut]) + ".*")
        # To make an instance does nothing; a star speaks of functions, unless it says otherwise.
        if entry is not None and ("returns" in entry or library_class(name) is None):
            return effect(entry)
    return _class_method(module, short)


def _class_method(class_name: str, name: str) -> Effect | None:
    """Return what a method does that is called on its class: `OLS.from_formula(...)`."""
    known = method(class_name, name) if library_class(class_name) else None
    return (
        None if known is None or "self" in (*known.shares, *known.holds, *known.mutates) else known
    )


@cache
def library_class(name: str) -> LibraryClass | None:
    """Return what is known of the class of that dotted name, by its own entry or its family's."""
    name = canonical(name)
    table = _table(name.partition(".")[0])
    entry: Mapping[str, Any] | None = table.get("classes", {}).get(name)
    if entry is not None:
        return _class(name, entry)
    if name.rpartition(".")[2][:1].isupper():
        families: Mapping[str, str] = table.get("families", {})
        for prefix in sorted(families, key=len, reverse=True):
            if name.startswith(prefix + "."):
                known = library_class(families[prefix])
                return replace(known, name=name, bases=(families[prefix],)) if known else None
    return None


def _class(name: str, entry: Mapping[str, Any]) -> LibraryClass:
    return LibraryClass(
        name=name,
        bases=tuple(entry.get("bases", ())),
        methods=_listed(entry, "self"),
        attributes=entry.get("attributes", {}),
        inplace=frozenset(entry.get("inplace", ())),
        immutable=entry.get("immutable", False),
        unstorable=entry.get("unstorable", False),
        clones=entry.get("clones", False),
        draws=entry.get("draws"),
    )


def method(class_name: str, name: str) -> Effect | None:
    """Return what a method does on instances of a class, its bases included; None when unknown."""
    return _method(class_name, name) or _method(class_name, "*")


@cache
def _method(class_name: str, name: str) -> Effect | None:
    known = library_class(class_name)
    if known is None:
        return None
    if name in known.methods:
        return known.methods[name]
    return next((e for b in known.bases if (e := _method(b, name)) is not None), None)


@cache
def draws(class_name: str) -> str | None:
    """Return the random state from which calls draw that change an instance of the class."""
    known = library_class(class_name)
    if known is None:
        return None
    return known.draws or next((d for b in known.bases if (d := draws(b)) is not None), None)


def clones(class_name: str | None) -> bool:
    """Say whether instances of a class fit clones of what they were made with."""
    known = library_class(class_name) if class_name else None
    return known is not None and known.clones


@cache
def attribute(class_name: str, name: str) -> str | None:
    """Return the dotted type of an attribute of an instance, its bases' included."""
    known = library_class(class_name)
    if known is None:
        return None
    if name in known.attributes:
        return known.attributes[name]
    return next((t for b in known.bases if (t := attribute(b, name)) is not None), None)


@cache
def _conventions() -> Mapping[str, Effect]:
    return _listed(_table("common"), "self")


def conventional(name: str) -> Effect | None:
    """Return what a method of that name does by convention, whatever its receiver."""
    return _conventions().get(name)
