"""Inference slices of a plan: the way from a raw record to the model's input."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from nb2prod.analysis.flow import Analysis
from nb2prod.capabilities.api.slice.expression import CrossRowError, Expression
from nb2prod.capabilities.api.slice.expressions import Expressions
from nb2prod.capabilities.api.slice.names import imported_names
from nb2prod.capabilities.api.slice.needs import needed
from nb2prod.capabilities.api.slice.series import WHY, series_results
from nb2prod.capabilities.api.slice.sinks import Sink, sinks
from nb2prod.capabilities.api.slice.slices import backward_slice, loaded
from nb2prod.capabilities.api.slice.sources import sources
from nb2prod.capabilities.api.slice.statements import Piece, Statements
from nb2prod.capabilities.api.slice.trainers import trainers
from nb2prod.pipeline.english import words
from nb2prod.pipeline.plan import Parameter, Plan, PlanError, Records, Step
from nb2prod.pipeline.planner import split_after

RAW = "raw"  # the name of the loaded records
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Inference:
    """The way from a raw record to the input of a model.

    Attributes:
        sink: the model, and what it is given.
        source: the statement that loads the records.
        load: the call that does.
        before: the statements that it needs.
        pieces: what is done to them, in order.
        takes: what the model is given after them.
        parameters: the values in `params.yaml` that all of this depends on.
        series: the model is asked for steps after the end of a series, which are no records.
    """

    sink: Sink
    source: int
    load: ast.Call
    before: tuple[int, ...]
    pieces: tuple[Piece, ...]
    takes: Expression
    parameters: tuple[Parameter, ...]
    series: bool = False

    @property
    def obstacle(self) -> tuple[int, str] | None:
        """The first statement that is impossible for one record alone, with the reason."""
        return next(((p.number, p.why) for p in self.pieces if p.why), None)

    @property
    def passable(self) -> bool:
        """True if every column that is impossible to compute is one that the model may lack."""
        return all(p.column for p in self.pieces if p.why)

    @property
    def statements(self) -> list[int]:
        """The numbers of its statements."""
        return [p.number for p in self.pieces]


def inferences(plan: Plan) -> Iterator[Inference]:
    """Yield the ways from records to models, those of the model to serve first.

    Models without a known way from a record to their input come last.
    """
    ways: list[Inference] = []
    versions: dict[str, int] = {}
    given = sinks(plan.analysis)
    for find in (_inference, _of_own_columns, _forecast):
        known = frozenset(versions)
        for sink in given if find is not _forecast else _forecasts(plan.analysis):
            version = _version(plan, sink)
            if version is None or versions.get(sink.model, version) != version:
                continue
            if sink.model not in known and (way := find(plan, sink)) is not None:
                versions[sink.model] = version
                ways.append(way)
    yield from sorted(ways, key=lambda way: way.sink.model != plan.chosen)


def _forecasts(analysis: Analysis) -> list[Sink]:
    """Return the fitted models of a series, the last one first; their input is steps."""
    steps = ast.Name(RAW, ast.Load())
    found = reversed(series_results(analysis).items())
    return [Sink(model, fitted, fitted, steps, trained=True) for model, fitted in found]


def _forecast(_plan: Plan, sink: Sink) -> Inference:
    """Return the way to a forecast: the input is the steps after the end of the series."""
    at = sink.statement
    load = ast.Call(ast.Name("range", ast.Load()), [], [])
    takes = Expression("rows", frozenset({at}), sink.takes, sink.takes)
    return Inference(sink, at, load, (), (Piece(at, (), (), WHY),), takes, (), series=True)


def _version(plan: Plan, sink: Sink) -> int | None:
    """Return the last statement that changes the model before it is used."""
    effects = plan.analysis.effects
    rebound = [n for n, e in enumerate(effects) if sink.model in e.all_binds]
    until = next((n for n in rebound if n > sink.used), len(effects))
    changes = (n for n, e in enumerate(effects) if sink.model in e.all_binds | e.mutates)
    last = max((n for n in changes if n < until and _has(plan, n, sink.model)), default=None)
    return last if last is not None and plan.step_of(last) else None


def _has(plan: Plan, number: int, name: str) -> bool:
    """Return whether the step of a statement has a variable: it may change one it does not use."""
    if name in plan.analysis.effects[number].all_binds:
        return True
    found = plan.step_of(number)
    if found is None:
        return False
    _, step = found
    bound = (plan.analysis.effects[n].all_binds for n in step.statements)
    return name in step.inputs or any(name in names for names in bound)


def with_served(plan: Plan) -> Plan:
    """Return the plan with the models that can be served, the one to serve first.

    Where the plan names a model already, it is that one.

    Raises:
        PlanError: the plan names another variable than a model with its data.
    """
    found: dict[str, Inference] = {}
    for inference in inferences(plan):
        found.setdefault(inference.sink.model, inference)
    if plan.chosen and plan.chosen not in found:
        models = ", ".join(plan.names.get(n, n) for n in found) or "none"
        name = plan.names.get(plan.chosen, plan.chosen)
        raise PlanError(f"the plan serves {name}, which is no model with its data: {models}")
    served = {name: _version(plan, inference.sink) or 0 for name, inference in found.items()}
    first = next(iter(found.values()), None)
    return replace(plan, served=served, records=_records(plan, first) if first else None)


def _records(plan: Plan, inference: Inference) -> Records:
    files = plan.data.reads.get(inference.source, ())
    loaded = ", ".join(files) or " ".join(ast.unparse(inference.load).split())
    loaded = "the series" if inference.series else loaded
    prepared = tuple(p.number for p in inference.pieces if p.serving)
    why = ""
    if inference.obstacle:
        number, text = inference.obstacle
        why = f"cell {plan.analysis.statements[number].cell + 1}: {text}"
    return Records(inference.source, loaded, prepared, why)


def with_models_kept(plan: Plan) -> Plan:
    """Return the plan in which a step returns each model that may be served.

    A step in which another model takes its place ends before that.
    """
    effects = plan.analysis.effects
    for name, at in plan.served.items():
        found = plan.step_of(at)
        later = [n for n in found[1].statements if n > at] if found else []
        if any(name in effects[n].all_binds for n in later):
            plan = split_after(plan, at)

    def keeping(step: Step) -> Step:
        more = [n for n, at in plan.served.items()
                if at in step.statements and n not in step.outputs]  # fmt: skip
        return replace(step, outputs=(*step.outputs, *more))

    stages = (replace(s, steps=tuple(map(keeping, s.steps))) for s in plan.stages)
    return replace(plan, stages=tuple(stages))


def _inference(plan: Plan, sink: Sink) -> Inference | None:
    numbers = backward_slice(plan.analysis, sink.statement, loaded(sink.takes))
    for loads in sources(plan.analysis, numbers):
        for source in loads:
            if (way := _from_source(plan, sink, numbers, source, loads)) is not None:
                return way
    return None


def _from_source(
    plan: Plan, sink: Sink, numbers: Sequence[int], source: int, loads: Mapping[int, ast.Call]
) -> Inference | None:
    """Return the way from the data that one statement loads, if it leads to the model."""
    analysis, load = plan.analysis, loads[source]
    imported = imported_names(analysis)
    statements = Statements(Expressions(imported, _namer(), trainers(analysis, imported)))
    parameters = _Parameters(plan.parameters)
    pieces: list[Piece] = []
    for number in numbers:
        node = analysis.statements[number].node
        if number == source:
            # The call is read apart from its statement: it stands for the raw records.
            record: ast.expr = ast.Name(RAW, ast.Load())
            pieces.append(statements.source(number, parameters.put(node, {load: record}), RAW))
        elif number in loads:
            pieces.append(statements.other_source(number, parameters.put(node)))
        else:
            pieces.append(statements.read(number, parameters.put(node)))
    try:
        takes = statements.expressions.read(parameters.put(sink.takes))
    except CrossRowError:
        return None
    if source not in takes.sources:
        return None
    lifted = {d.name: d.lifted for d in plan.scope.definitions.values()}
    kept = needed(pieces, loaded(takes.serving), lifted)
    return _way(plan, sink, source, load, kept, takes, parameters)


def _of_own_columns(plan: Plan, sink: Sink) -> Inference | None:
    """Return the way from loaded data to a model whose input has no rows of it."""
    numbers = backward_slice(plan.analysis, sink.statement, loaded(sink.takes))
    found = (item for loads in sources(plan.analysis, numbers) for item in loads.items())
    source, load = next(found, (None, None))
    if source is None or load is None:
        return None
    parameters = _Parameters(plan.parameters)
    pieces: list[Piece] = []
    for number in numbers:
        node = plan.analysis.statements[number].node
        record = {load: ast.Name(RAW, ast.Load())} if number == source else None
        done = parameters.put(node, record)
        pieces.append(Piece(number, (done,), (done,)))
    given = parameters.put(sink.takes)
    made = sink.statement if not pieces else pieces[-1].number
    pieces.append(Piece(made, (), (), "what the model is given has no row for each record"))
    takes = Expression("rows", frozenset({source}), given, given)
    return _way(plan, sink, source, load, pieces, takes, parameters)


def _way(
    plan: Plan,
    sink: Sink,
    source: int,
    load: ast.Call,
    pieces: Sequence[Piece],
    takes: Expression,
    parameters: _Parameters,
) -> Inference:
    before = backward_slice(plan.analysis, source, loaded(load))
    for node in (load, *(plan.analysis.statements[n].node for n in before)):
        parameters.put(node)
    used = tuple(parameters.used.values())
    return Inference(sink, source, load, before, tuple(pieces), takes, used)


class _Parameters:
    """Replaces literals of the notebook by parameters; a service uses their values at training."""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self._all = {id(p.node): p for p in parameters}
        self.used: dict[tuple[str, str], Parameter] = {}

    def put(self, node: _Node, others: Mapping[ast.Call, ast.expr] | None = None) -> _Node:
        """Return a copy of a statement or expression; the notebook's own tree is unchanged."""
        there: dict[int, ast.AST] = {id(old): new for old, new in (others or {}).items()}
        for part in ast.walk(node):
            if (found := self._all.get(id(part))) and id(part) not in there:
                text = f"learnt.parameter({found.stage!r}, {found.name!r})"
                there[id(part)] = ast.parse(text, mode="eval").body
                self.used[found.stage, found.name] = found
        return copy.deepcopy(node, there)


def _namer() -> Callable[[ast.expr], str]:
    """Return a function that gives each learnt value a name of its own."""
    used: dict[str, int] = {}

    def name(node: ast.expr) -> str:
        text = re.sub(r"\W+", " ", ast.unparse(ast.fix_missing_locations(node)))
        found = words(text, 4) or "value"
        used[found] = used.get(found, 0) + 1
        return found if used[found] == 1 else f"{found}_{used[found]}"

    return name
