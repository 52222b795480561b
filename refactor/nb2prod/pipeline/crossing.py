"""The variables that pass from the statements before a position to those after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nb2prod.analysis.effects.effects import ANY_FILE, CWD
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
    if any(CWD in e.writes and None in (e.folders or [None]) for e in analysis.effects[:position]):
        obstacles.append("the working directory was changed to a path known only at run time")
    obstacles += (
        f"the state of {library}'s random generator can't be saved"
        for library in sorted(analysis.random_lost(position))
    )
    return Crossing(groups, analysis.random_crosses(position), tuple(obstacles))


def crossing_names(analysis: Analysis, scope: Scope, position: int) -> list[str]:
    """Return the variables that are live at a position, in the order of their creation."""
    bound: dict[str, None] = {}
    for effect in analysis.effects[:position]:
        bound |= dict.fromkeys(sorted(effect.all_binds))
    live = analysis.live[position]
    needed = set(live)
    for name in live:  # a function in a module gets its variables as arguments
        definition = scope.defined(name, position)
        if definition and not definition.local:
            needed |= set(definition.lifted)
    return [n for n in bound if n in needed and n not in scope.movable and n not in scope.imports]


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
    held = analysis.heap[number]
    node = held.function or held.definition
    if node is None:
        return False
    movable = {
        id(n)
        for s, d in scope.definitions.items()
        if not d.local
        for n in (analysis.statements[s].node, getattr(analysis.statements[s].node, "value", None))
    }
    inside = any(
        node is inner
        for s, d in scope.definitions.items()
        if not d.local and d.is_class
        for inner in getattr(analysis.statements[s].node, "body", ())
    )
    return id(node) not in movable and not inside


def _groups(analysis: Analysis, position: int, names: list[str],
            obstacles: list[str]) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    """Group the names that share an object which is mutated later."""
    heap = analysis.heap
    changed_later = set[int]().union(*(e.changed for e in analysis.effects[position:]))
    reach: Mapping[str, set[int]] = {
        n: heap.reach(analysis.value(position, n).objects) for n in names
    }
    group: dict[str, str] = {n: n for n in names}
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            shared = reach[one] & reach[other] & changed_later
            if shared:
                old, new = group[other], group[one]
                group = {n: new if g == old else g for n, g in group.items()}
                continue
            views = heap.memory(
                n for n in reach[one] if heap[n].type in COPYING or heap[n].type is None
            )
            if views & reach[other] - reach[one] & changed_later and reach[one] & changed_later:
                obstacles.append(f"{one} and {other} may share memory that is mutated later")
    members: dict[str, list[str]] = {}
    for name in names:
        members.setdefault(group[name], []).append(name)
    return tuple(tuple(m) for m in members.values())


def touches_unknown_files(analysis: Analysis) -> bool:
    """Return whether any statement reads or writes a file whose path is not known."""
    return any(ANY_FILE in e.reads | e.writes for e in analysis.effects)
