"""The flow of a notebook: the effects of its statements, and the live names between them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nb2prod.analysis.effects.effects import HANDED_ON, RANDOM, Effects
from nb2prod.analysis.effects.heap import UNKNOWN, AbstractValue, Heap
from nb2prod.analysis.effects.statements import EffectInterpreter
from nb2prod.analysis.program import Program, Statement


@dataclass(frozen=True, slots=True)
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
    live: tuple[frozenset[str], ...]
    heap: Heap
    in_texts: frozenset[str]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, in the order of the notebook."""
        return self.program.statements

    def value(self, position: int, name: str) -> AbstractValue:
        """Return the possible value of a name at a position."""
        return self.effects[position - 1].after.get(name, UNKNOWN) if position else UNKNOWN

    def random_crosses(self, position: int) -> bool:
        """Return whether a random state that can be saved is used before and after a position."""
        before = self.seeded_before(position) & HANDED_ON
        unknown_after = any(e.may_draw for e in self.effects[position:])
        return bool(before & self._drawn_after(position)) or bool(before and unknown_after)

    def random_lost(self, position: int) -> frozenset[str]:
        """Return the random states used before and after a position that cannot be saved."""
        return (self.seeded_before(position) - HANDED_ON) & self._drawn_after(position)

    def _drawn_after(self, position: int) -> frozenset[str]:
        reads = (read for effect in self.effects[position:] for read in effect.reads)
        return frozenset(r.removeprefix(RANDOM) for r in reads if r.startswith(RANDOM))

    @property
    def seeded(self) -> frozenset[str]:
        """The random states that the notebook seeds: "numpy", "python", "torch", ..."""
        return self.seeded_before(len(self.effects))

    def seeded_before(self, position: int) -> frozenset[str]:
        """Return the random states seeded before a position."""
        before = self.effects[:position]
        return frozenset(s.removeprefix(RANDOM) for e in before for s in e.seeds)


def analyse(program: Program) -> Analysis:
    """Return the flow of a notebook."""
    interpreter = EffectInterpreter()
    effects = tuple(interpreter.run_statement(s.node) for s in program.statements)
    in_texts = frozenset(name for effect in effects for name in effect.in_texts)
    return Analysis(program, effects, _liveness(effects), interpreter.heap, in_texts)


def with_uses(analysis: Analysis, uses: Mapping[str, int]) -> Analysis:
    """Return the flow with more uses: by name, the number of a statement that uses it too."""
    effects = list(analysis.effects)
    for name, number in uses.items():
        effects[number] = replace(effects[number], uses=effects[number].uses | {name})
    return replace(analysis, effects=tuple(effects), live=_liveness(tuple(effects)))


def _liveness(effects: tuple[Effects, ...]) -> tuple[frozenset[str], ...]:
    live: set[str] = set()
    positions = [frozenset(live)]
    for effect in reversed(effects):
        live = (live - effect.binds - effect.deletes) | effect.uses
        positions.append(frozenset(live))
    return tuple(reversed(positions))


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
