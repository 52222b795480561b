"""Abstract values and the heap: which objects a name may refer to.

An object is an allocation site: a place in the code that makes a value. Objects contain others (a
list its items, an estimator its data) and may share memory with others (a view with its array).
Both relations only grow while a notebook is analysed, so they never miss anything.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from nb2prod.analysis.effects.journal import Journal

IMMUTABLE = frozenset(
    f"builtins.{name}"
    for name in ("str", "int", "float", "bool", "complex", "bytes", "NoneType", "range", "slice")
)
# These copy values that are stored in them; other containers keep a reference.
COPYING = frozenset({"pandas.DataFrame", "pandas.Series", "pandas.Index", "numpy.ndarray"})
# Iterating over these makes new objects.
READERS = frozenset({"io.IOBase", "csv.DictReader", "csv.reader"})


@dataclass(frozen=True, slots=True)
class AbstractValue:
    """The values that an expression may have.

    Attributes:
        type: the dotted name of a type (`pandas.DataFrame`); or `module`, `library` (a function
            or class of a library), `function` or `class` (of the notebook), `instance` (of a
            class of the notebook); None if it is unknown.
        objects: the objects it may be.
        name: for modules and things in libraries, the dotted name.
        constant: the exact value, if it is known.
        metric: it is a measure of quality, such as an accuracy.
        unstorable: it cannot be saved, such as a generator or an open file.
        pattern: for a partly known text, its known part, with `*` for the rest.
    """

    type: str | None = None
    objects: frozenset[int] = frozenset()
    name: str = ""
    constant: str | int | float | bool | None = None
    metric: bool = False
    unstorable: bool = False
    pattern: str | None = None

    @property
    def text(self) -> str | None:
        """The text, or its pattern; None if nothing is known of it."""
        return self.constant if isinstance(self.constant, str) else self.pattern

    @property
    def immutable(self) -> bool:
        """The value cannot be changed."""
        return self.type in IMMUTABLE


NOTHING = AbstractValue("builtins.NoneType")
UNKNOWN = AbstractValue()

Namespace = Journal[AbstractValue]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class Object:
    """An allocation site.

    Attributes:
        type: the type of the object, as in `AbstractValue`.
        contents: the objects that it may contain.
        holders: the objects that may contain it.
        attributes: by name, the objects that were set as attributes.
        partners: the objects that may share its memory, itself included.
        function: the definition of a function.
        definition: the definition of a class, or of the class of an instance.
        enclosing: the namespaces around a function or class.
        draws_freely: it draws from a global random state, for it was given no seed.
    """

    type: str | None
    contents: set[int] = field(default_factory=set[int])
    holders: set[int] = field(default_factory=set[int])
    attributes: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    partners: set[int] = field(default_factory=set[int])
    function: FunctionNode | None = None
    definition: ast.ClassDef | None = None
    enclosing: tuple[Namespace, ...] = ()
    draws_freely: bool = True


class Heap:
    """All objects of a notebook, their contents, and the memory they share.

    Attributes:
        work: the number of objects visited, as a measure of cost.
    """

    def __init__(self) -> None:
        """Begin without objects."""
        self.work = 0
        self._objects: list[Object] = []
        self._sites: dict[object, int] = {}

    def __getitem__(self, number: int) -> Object:
        """Return the object with a number."""
        return self._objects[number]

    def allocate(self, site: object, type_: str | None) -> int:
        """Return the number of the object made at `site`; it is created the first time."""
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
            contents = self._objects[holder].contents
            new = items - contents
            contents |= new
            for item in new:
                self._objects[item].holders.add(holder)

    def share(self, one: Iterable[int], other: Iterable[int]) -> None:
        """Note that two values may share memory."""
        others = set(other)
        for number in one:
            for partner in others:
                self._join_partners(number, partner)

    def _join_partners(self, one: int, other: int) -> None:
        """Merge the groups of two objects, the smaller into the larger.

        Sharing memory is symmetric, and assumed to be transitive.
        """
        small, large = sorted((self[one].partners, self[other].partners), key=len)
        if small is not large:
            large |= small
            for number in small:
                self[number].partners = large

    def memory(self, objects: Iterable[int]) -> set[int]:
        """Return the objects and those that may share memory with them."""
        found: set[int] = set()
        for number in objects:
            if number not in found:
                found |= self[number].partners
        return found

    def reach(
        self, objects: Iterable[int], stop: Callable[[Object], bool] | None = None
    ) -> set[int]:
        """Return the objects and all that they contain, at any depth.

        Args:
            objects: the objects to start from.
            stop: the contents of objects for which this is true are left out.
        """
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

    def within(self, objects: Iterable[int]) -> set[int]:
        """Return the objects and all that contain them, at any depth."""
        found = set(objects)
        todo = list(found)
        while todo:
            more = self[todo.pop()].holders - found
            found |= more
            todo += more
        return found

    def functions(self, values: Iterable[AbstractValue], *, special: bool = False) -> list[int]:
        """Return the notebook's functions that a callee could call if it is given some values.

        Args:
            values: the values.
            special: return only functions among the values, and methods like `__len__`.
        """
        given = {n for v in values for n in v.objects}
        found = [n for n in sorted(self.reach(given)) if self._objects[n].function is not None]
        if not special:
            return found
        names = {n: getattr(self._objects[n].function, "name", "") for n in found}
        return [n for n in found if n in given or _is_special(names[n])]


def _is_special(name: str) -> bool:
    return name.startswith("__") and name != "__init__"


def join(values: Iterable[AbstractValue]) -> AbstractValue:
    """Return a value that may be any of some values."""
    values = list(values)
    if not values:
        return UNKNOWN
    first = values[0]
    if all(v == first for v in values[1:]):
        return first
    same_type = all(v.type == first.type for v in values)
    return AbstractValue(
        type=first.type if same_type else None,
        objects=frozenset[int]().union(*(v.objects for v in values)),
        name=first.name if same_type and all(v.name == first.name for v in values) else "",
        metric=all(v.metric for v in values),
        unstorable=any(v.unstorable for v in values),
    )


def without_constant(value: AbstractValue) -> AbstractValue:
    """Return the value without its exact value or text; its type is kept."""
    if value.constant is None and value.pattern is None:
        return value
    return replace(value, constant=None, pattern=None)
