"""From a plan to its inference slices: what is done to a record before the model has it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nb2prod.analysis.effects import Effects
from nb2prod.analysis.notebook_flow import Analysis
from nb2prod.pipeline.english import words
from nb2prod.pipeline.plan import Plan
from nb2prod.serving.expressions import CrossRowError, Expression
from nb2prod.serving.sinks import Sink, sinks
from nb2prod.serving.slices import backward_slice, loaded
from nb2prod.serving.statements import Piece, Statements, needed

RAW = "raw"  # the name of the records, as they are loaded


@dataclass(frozen=True, slots=True)
class Inference:
    """The way from a raw record to what a model takes.

    Attributes:
        sink: the model, and what it is given.
        source: the statement that loads the records.
        load: the call that does.
        pieces: what is done to them, in order.
        takes: what the model is given after them.
    """

    sink: Sink
    source: int
    load: ast.Call
    pieces: tuple[Piece, ...]
    takes: Expression

    @property
    def obstacle(self) -> tuple[int, str] | None:
        """The first statement that can't be done for one record alone, and why."""
        return next(((p.number, p.why) for p in self.pieces if p.why), None)

    @property
    def statements(self) -> list[int]:
        """The statements it comes from."""
        return [p.number for p in self.pieces]


def inferences(plan: Plan) -> Iterator[Inference]:
    """Yield the ways from records to models, those of the model to be served first."""
    for sink in sinks(plan.analysis):
        if (found := _inference(plan, sink)) is not None:
            yield found


def _inference(plan: Plan, sink: Sink) -> Inference | None:
    analysis = plan.analysis
    numbers = backward_slice(analysis, sink.statement, loaded(sink.takes))
    loads = {i: call for i in numbers if (call := _load(analysis.effects[i])) is not None}
    for source, load in loads.items():
        statements = Statements(imported_names(analysis), _namer())
        pieces = [_piece(statements, plan, i, source, loads) for i in numbers]
        try:
            takes = statements.expressions.read(sink.takes)
        except CrossRowError:
            continue
        if source in takes.sources:
            lifted = {d.name: d.lifted for d in plan.scope.definitions.values()}
            kept = needed(pieces, loaded(takes.serving), lifted)
            return Inference(sink, source, load, tuple(kept), takes)
    return None


def _piece(
    statements: Statements, plan: Plan, number: int, source: int, loads: dict[int, ast.Call]
) -> Piece:
    node = plan.analysis.statements[number].node
    if number == source:
        return statements.source(number, node, loads[number], RAW)
    if number in loads:
        return statements.other_source(number, node)
    return statements.read(number, node)


def _load(effect: Effects) -> ast.Call | None:
    """Return the outermost call of a statement that loads data."""
    return next((c.node for c in effect.calls if c.role == "load" and c.depth == 0), None)


def imported_names(analysis: Analysis) -> dict[str, str]:
    """Return what the names that a notebook imports stand for."""
    names: dict[str, str] = {}
    for statement in analysis.statements:
        match statement.node:
            case ast.Import(names=items):
                for item in items:
                    top = item.name.partition(".")[0]
                    names[item.asname or top] = item.name if item.asname else top
            case ast.ImportFrom(module=str(module), names=items):
                names |= {item.asname or item.name: f"{module}.{item.name}" for item in items}
            case _:
                pass
    return names


def _namer() -> Callable[[ast.expr], str]:
    """Return what gives names to what is learnt, each once."""
    used: dict[str, int] = {}

    def name(node: ast.expr) -> str:
        text = re.sub(r"\W+", " ", ast.unparse(ast.fix_missing_locations(node)))
        found = words(text, 4) or "value"
        used[found] = used.get(found, 0) + 1
        return found if used[found] == 1 else f"{found}_{used[found]}"

    return name
