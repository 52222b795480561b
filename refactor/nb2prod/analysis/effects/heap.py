"""The values that the analysis thinks with: which objects a name may stand for.

An object is an allocation site: the place in the code where a value was made. Objects contain
others (a list its items, an estimator its data) and may share memory with others (a view). Both
relations only grow while a notebook is analysed, so that what is said of them is never too little.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

IMMUTABLE = frozenset(
    f"builtins.{name}"
    for name in ("str", "int", "float", "bool", "complex", "bytes", "NoneType", "range", "slice")
)
# These copy what is stored into them; other containers keep a reference.
COPYING = frozenset({"pandas.DataFrame", "pandas.Series", "pandas.Index", "numpy.ndarray"})

# What these give when they are iterated over is made anew.
READERS = frozenset({"io.IOBase", "csv.DictReader", "csv.reader"})


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression may evaluate to.

    `type` is a dotted name (`pandas.DataFrame`), or one of the kinds `module`, `library` (a
    function or class of a library; `name` holds its dotted name), `function`, `class` (of the
    notebook), `instance` (of a class of the notebook), or None: unknown.
    """

    type: str | None = None
    objects: frozenset[int] = frozenset()
    name: str = ""
    constant: str | int | float | bool | None = None
    metric: bool = False
    unstorable: bool = False
    pattern: str | None = None  # of a text that is partly known, `*` for what is not

    @property
    def text(self) -> str | None:
        """What is known of a text: all of it, or a pattern."""
        return self.constant if isinstance(self.constant, str) else self.pattern

    @property
    def immutable(self) -> bool:
        """Say whether nothing can change the value."""
        return self.type in IMMUTABLE


NOTHING = Value("builtins.NoneType")
UNKNOWN = Value()

Scope = dict[str, Value]
Callable_ = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class Object:
    """What is known of one allocation site."""

    type: str | None
    contents: set[int] = field(default_factory=set[int])
    attributes: dict[str, set[int]] = field(default_factory=dict[str, set[int]])  # that were set
    partners: set[int] = field(default_factory=set[int])  # that may share its memory, and itself
    function: Callable_ | None = None
    definition: ast.ClassDef | None = None
    enclosing: tuple[Scope, ...] = ()
    draws_freely: bool = True


class Heap:
    """All objects of a notebook, with what contains what and what shares memory."""

    def __init__(self) -> None:
        """Start empty; `work` counts the objects that were looked at."""
        self.work = 0
        self._objects: list[Object] = []
        self._sites: dict[object, int] = {}

    def __getitem__(self, number: int) -> Object:
        """Return the object of that number."""
        return self._objects[number]

    def allocate(self, site: object, type_: str | None) -> int:
        """Return the object made at `site`, a new one the first time."""
        number = self._sites.get(site)
        if number is None:
            number = self._sites[site] = len(self._objects)
            self._objects.append(Object(type_, partners={number}))
        elif self._objects[number].type != type_:
            self._objects[number].type = None
        return number

    def contain(self, holders: Iterable[int], items: Iterable[int]) -> None:
        """Note that the holders may hold references to the items."""
        items = set(items)
        for holder in holders:
            self._objects[holder].contents |= items

    def share(self, one: Iterable[int], other: Iterable[int]) -> None:
        """Note that two values may share memory."""
        others = set(other)
        for number in one:
            for partner in others:
                self._join_partners(number, partner)

    def _join_partners(self, one: int, other: int) -> None:
        """Let all objects of two groups refer to one set: the larger one, which takes in the other.

        Sharing is symmetric, and taken to be transitive.
        """
        small, large = sorted((self[one].partners, self[other].partners), key=len)
        if small is not large:
            large |= small
            for number in small:
                self[number].partners = large

    def memory(self, objects: Iterable[int]) -> set[int]:
        """Return the objects and all that may share memory with them."""
        found: set[int] = set()
        for number in objects:
            if number not in found:
                found |= self[number].partners
        return found

    def reach(
        self, objects: Iterable[int], stop: Callable[[Object], bool] | None = None
    ) -> set[int]:
        """Return the objects and all that they contain, at any depth; not what `stop` holds for."""
        found = set(objects)
        todo = list(found)
        while todo:
            holder = self[todo.pop()]
            if stop is not None and stop(holder):
                continue
            more = holder.contents - found
            found |= more
            todo += more
        self.work += len(found)
        return found

    def functions(self, values: Iterable[Value], *, special: bool = False) -> list[int]:
        """Return the notebook's functions that someone holding the values could call.

        With `special` only those that are given themselves, and methods like `__len__`.
        """
        given = {n for v in values for n in v.objects}
        found = [n for n in sorted(self.reach(given)) if self._objects[n].function is not None]
        if not special:
            return found
        names = {n: getattr(self._objects[n].function, "name", "") for n in found}
        return [n for n in found if n in given or _is_special(names[n])]


def _is_special(name: str) -> bool:
    return name.startswith("__") and name != "__init__"


def join(values: Iterable[Value]) -> Value:
    """Return a value that may be any of the given ones."""
    values = list(values)
    if not values:
        return UNKNOWN
    first = values[0]
    if all(v == first for v in values[1:]):
        return first
    same_type = all(v.type == first.type for v in values)
    return Value(
        type=first.type if same_type else None,
        objects=frozenset[int]().union(*(v.objects for v in values)),
        name=first.name if same_type and all(v.name == first.name for v in values) else "",
        metric=all(v.metric for v in values),
        unstorable=any(v.unstorable for v in values),
    )


def join_scopes(scopes: Iterable[Mapping[str, Value]]) -> Scope:
    """Return a scope in which each name may be what it is in any of the given ones."""
    scopes = list(scopes)
    names = {name for scope in scopes for name in scope}
    return {name: join(s[name] for s in scopes if name in s) for name in names}


def without_constant(value: Value) -> Value:
    """Forget the exact value, keep the type."""
    if value.constant is None and value.pattern is None:
        return value
    return replace(value, constant=None, pattern=None)
