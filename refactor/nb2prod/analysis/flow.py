"""One notebook, understood once: its statements, what each does, what is live between them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nb2prod.analysis.effects.effects import HANDED_ON, RANDOM, Effects
from nb2prod.analysis.effects.heap import Heap, Value
from nb2prod.analysis.effects.statements import Interpreter
from nb2prod.analysis.program import Program, Statement


@dataclass(frozen=True, slots=True)
class Analysis:
    """The flow of a notebook.

    Position `i` is the moment before statement `i`; there is one more position than statements.
    """

    program: Program
    effects: tuple[Effects, ...]
    live: tuple[frozenset[str], ...]  # at each position: names whose value is read later
    heap: Heap
    in_texts: frozenset[str]  # the variables that texts refer to which calls evaluate

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements in the order of the notebook."""
        return self.program.statements

    def value(self, position: int, name: str) -> Value:
        """Return what a name may stand for at a position."""
        return self.effects[position - 1].after.get(name, Value()) if position else Value()

    def random_crosses(self, position: int) -> bool:
        """Say whether a random state that can be handed on goes on after a position."""
        before = self.seeded_before(position) & HANDED_ON
        unknown_after = any(e.may_draw for e in self.effects[position:])
        return bool(before & self._drawn_after(position)) or bool(before and unknown_after)

    def random_lost(self, position: int) -> frozenset[str]:
        """Return the random states that go on after a position, and can't be handed on."""
        return (self.seeded_before(position) - HANDED_ON) & self._drawn_after(position)

    def _drawn_after(self, position: int) -> frozenset[str]:
        reads = (read for effect in self.effects[position:] for read in effect.reads)
        return frozenset(r.removeprefix(RANDOM) for r in reads if r.startswith(RANDOM))

    @property
    def seeded(self) -> frozenset[str]:
        """The random states that the notebook seeds: "numpy", "python", "torch", ..."""
        return self.seeded_before(len(self.effects))

    def seeded_before(self, position: int) -> frozenset[str]:
        """Return the random states that are seeded before a position."""
        before = self.effects[:position]
        return frozenset(s.removeprefix(RANDOM) for e in before for s in e.seeds)


def analyse(program: Program) -> Analysis:
    """Follow the statements of a notebook from the first to the last."""
    interpreter = Interpreter()
    effects = tuple(interpreter.run_statement(s.node) for s in program.statements)
    in_texts = frozenset(name for effect in effects for name in effect.in_texts)
    return Analysis(program, effects, _liveness(effects), interpreter.heap, in_texts)


def with_uses(analysis: Analysis, uses: Mapping[str, int]) -> Analysis:
    """Return the flow with each of these names used by a statement too: name -> statement."""
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
    """Say whether a statement only imports (perhaps with a fall-back)."""
    node = statement.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Try):
        bodies = [*node.body, *node.orelse, *(s for h in node.handlers for s in h.body)]
        return any(isinstance(s, ast.Import | ast.ImportFrom) for s in node.body) and all(
            isinstance(s, ast.Import | ast.ImportFrom | ast.Assign | ast.Pass) for s in bodies
        )
    return False
