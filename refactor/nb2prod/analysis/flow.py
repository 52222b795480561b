"""The flow of a notebook: the effects of its statements, and the live names between them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from nb2prod.analysis.effects.effects import CWD, HANDED_ON, RANDOM, Effects
from nb2prod.analysis.effects.heap import UNKNOWN, AbstractValue, Heap
from nb2prod.analysis.effects.statements import EffectInterpreter
from nb2prod.analysis.liveness import Liveness, liveness
from nb2prod.analysis.program import Program, Statement


@dataclass(frozen=True)
class Analysis:
    """The flow of a notebook.

    Position `i` is the point before statement `i`; there is one more position than statements.

    Attributes:
        program: the statements.
        effects: the effects of each statement.
        live: for each position, the names whose values are read later.
        heap: the objects.
        in_texts: the variables named in texts that calls evaluate.
    """

    program: Program
    effects: tuple[Effects, ...]
    live: Liveness
    heap: Heap
    in_texts: frozenset[str]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, in the order of the notebook."""
        return self.program.statements

    def value(self, position: int, name: str) -> AbstractValue:
        """Return the possible value of a name at a position."""
        return self.effects[position - 1].after.get(name, UNKNOWN) if position else UNKNOWN

    @cached_property
    def first_bound(self) -> Mapping[str, int]:
        """The first statement that may bind each name, in this order."""
        first: dict[str, int] = {}
        for number, effect in enumerate(self.effects):
            for name in sorted(effect.all_binds):
                first.setdefault(name, number)
        return first

    @cached_property
    def last_changed(self) -> Mapping[int, int]:
        """The last statement that may change each object."""
        return {n: number for number, effect in enumerate(self.effects) for n in effect.changed}

    @cached_property
    def folder_lost(self) -> int:
        """The first statement that changes to a folder known only at run time."""
        for number, effect in enumerate(self.effects):
            if CWD in effect.writes and None in (effect.folders or [None]):
                return number
        return len(self.effects)

    def random_crosses(self, position: int) -> bool:
        """Return whether a random state that can be saved is used before and after a position."""
        before = self.seeded_before(position) & HANDED_ON
        unknown_after = position <= self._last_unknown
        return bool(before & self._drawn_after(position)) or bool(before and unknown_after)

    def random_lost(self, position: int) -> frozenset[str]:
        """Return the random states used before and after a position that cannot be saved."""
        return (self.seeded_before(position) - HANDED_ON) & self._drawn_after(position)

    def _drawn_after(self, position: int) -> frozenset[str]:
        return frozenset(name for name, last in self._last_drawn.items() if position <= last)

    @property
    def seeded(self) -> frozenset[str]:
        """The random states that the notebook seeds: "numpy", "python", "torch", ..."""
        return self.seeded_before(len(self.effects))

    def seeded_before(self, position: int) -> frozenset[str]:
        """Return the random states seeded before a position."""
        return frozenset(name for name, first in self._first_seeded.items() if first < position)

    @cached_property
    def _first_seeded(self) -> Mapping[str, int]:
        """The first statement that seeds each random state."""
        first: dict[str, int] = {}
        for number, effect in enumerate(self.effects):
            for seeded in effect.seeds:
                first.setdefault(seeded.removeprefix(RANDOM), number)
        return first

    @cached_property
    def _last_drawn(self) -> Mapping[str, int]:
        """The last statement that draws from each random state."""
        return {
            read.removeprefix(RANDOM): number
            for number, effect in enumerate(self.effects)
            for read in effect.reads
            if read.startswith(RANDOM)
        }

    @cached_property
    def _last_unknown(self) -> int:
        """The last statement that may draw from any random state; -1 if there is none."""
        return max((number for number, e in enumerate(self.effects) if e.may_draw), default=-1)


def analyse(program: Program) -> Analysis:
    """Return the flow of a notebook."""
    interpreter = EffectInterpreter()
    effects = tuple(interpreter.run_statement(s.node) for s in program.statements)
    in_texts = frozenset(name for effect in effects for name in effect.in_texts)
    return Analysis(program, effects, liveness(effects), interpreter.heap, in_texts)


def with_uses(analysis: Analysis, uses: Mapping[str, int]) -> Analysis:
    """Return the flow with more uses: by name, the number of a statement that uses it too."""
    effects = list(analysis.effects)
    for name, number in uses.items():
        effects[number] = replace(effects[number], uses=effects[number].uses | {name})
    return replace(analysis, effects=tuple(effects), live=liveness(effects))


def imports(statement: Statement) -> bool:
    """Return whether a statement only imports, possibly with a fallback."""
    node = statement.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Try):
        bodies = [*node.body, *node.orelse, *(s for h in node.handlers for s in h.body)]
        return any(isinstance(s, ast.Import | ast.ImportFrom) for s in node.body) and all(
            isinstance(s, ast.Import | ast.ImportFrom | ast.Assign | ast.Pass) for s in bodies
        )
    return False
