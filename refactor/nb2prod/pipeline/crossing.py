"""The variables that pass from the statements before a position to those after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nb2prod.analysis.effects.effects import ANY_FILE
from nb2prod.analysis.effects.heap import COPYING
from nb2prod.analysis.flow import Analysis
from nb2prod.knowledge import catalog
from nb2prod.pipeline.definitions import Scope


@dataclass(frozen=True, slots=True)
class Crossing:
    """The names that cross a position, in groups that have to be stored together.

    `obstacles` are the reasons why no stage can begin there.
    """

    groups: tuple[tuple[str, ...], ...]
    random_state: bool
    obstacles: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All names that cross."""
        return tuple(n for group in self.groups for n in group)


def crossing(analysis: Analysis, scope: Scope, position: int) -> Crossing:
    """Return the variables that a cut before a statement would have to store."""
    names = crossing_names(analysis, scope, position)
    obstacles = unstorable(analysis, scope, position, names)
    groups = _groups(analysis, position, names, obstacles)
    if analysis.folder_lost < position:
        obstacles.append("the working directory was changed to a path known only at run time")
    obstacles += (
        f"the state of {library}'s random generator can't be saved"
        for library in sorted(analysis.random_lost(position))
    )
    return Crossing(groups, analysis.random_crosses(position), tuple(obstacles))


def crossing_names(analysis: Analysis, scope: Scope, position: int) -> list[str]:
    """Return the variables that are live at a position, in the order of their creation."""
    first = analysis.first_bound
    live = analysis.live[position]
    needed = set(live)
    for name in live:  # a function in a module gets its variables as arguments
        definition = scope.defined(name, position)
        if definition and not definition.local:
            needed |= set(definition.lifted)
    bound = (n for n in needed if first.get(n, position) < position)
    kept = (n for n in bound if n not in scope.movable and n not in scope.imports)
    return sorted(kept, key=lambda name: (first[name], name))


def unstorable(analysis: Analysis, scope: Scope, position: int, names: Iterable[str]) -> list[str]:
    """Return for each variable that can't be stored in a file a text with the reason."""
    return [
        f"{name} {reason}"
        for name in names
        if (reason := _obstacle(analysis, scope, position, name))
    ]


def _obstacle(analysis: Analysis, scope: Scope, position: int, name: str) -> str:
    value = analysis.value(position, name)
    held = analysis.heap.reach(value.objects)
    types = {analysis.heap[n].type for n in held}
    if value.unstorable or "types.GeneratorType" in types or "io.IOBase" in types:
        return "can't be written to a file"
    if value.type == "module":
        return "is a module"
    if value.type == "library":
        return ""
    if any(_local_function(analysis, scope, n) for n in held):
        return "contains a function that can't move to a module"
    classes = (catalog.library_class(t) for t in types if t and "." in t)
    if any(c and c.unstorable for c in classes):
        return "contains something that can't be written to a file"
    return ""


def _local_function(analysis: Analysis, scope: Scope, number: int) -> bool:
    """Return whether an object is a function or class that can't move to a module."""
    held = analysis.heap[number]
    node = held.function or held.definition
    return node is not None and id(node) not in scope.moved


def _groups(analysis: Analysis, position: int, names: Sequence[str],
            obstacles: list[str]) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    """Group the names that share an object which is mutated later."""
    heap, last = analysis.heap, analysis.last_changed
    reach = [heap.reach(analysis.value(position, name).objects) for name in names]
    changed = [{n for n in held if last.get(n, -1) >= position} for held in reach]
    holders: dict[int, list[int]] = {}  # by object that is changed later, in order
    for i, held in enumerate(changed):
        for number in held:
            holders.setdefault(number, []).append(i)
    leader = list(range(len(names)))  # the first name of each name's group
    for together in holders.values():
        for one in together[1:]:
            _unite(leader, together[0], one)
    for i, held in enumerate(changed):
        if not held:
            continue
        shared = {other for number in held for other in holders[number]}
        views = heap.memory(n for n in reach[i] if heap[n].type in COPYING or heap[n].type is None)
        seen = {o for n in views - reach[i] for o in holders.get(n, ())} - shared
        obstacles += (
            f"{names[i]} and {names[other]} may share memory that is mutated later"
            for other in sorted(seen)
            if other > i
        )
    members: dict[int, list[str]] = {}
    for i, name in enumerate(names):
        members.setdefault(_leader(leader, i), []).append(name)
    return tuple(tuple(m) for m in members.values())


def _unite(leader: list[int], one: int, other: int) -> None:
    """Make one group of the groups of two names; the first name leads it."""
    first, second = sorted((_leader(leader, one), _leader(leader, other)))
    leader[second] = first


def _leader(leader: list[int], one: int) -> int:
    while leader[one] != one:
        leader[one] = one = leader[leader[one]]
    return one


def touches_unknown_files(analysis: Analysis) -> bool:
    """Return whether any statement reads or writes a file whose path is not known."""
    return any(ANY_FILE in e.reads | e.writes for e in analysis.effects)
