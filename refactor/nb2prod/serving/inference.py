"""From a plan to its inference slices: what is done to a record before the model has it."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from nb2prod.analysis.code_cell import dotted
from nb2prod.analysis.effects import RANDOM
from nb2prod.analysis.notebook_flow import Analysis
from nb2prod.pipeline.english import words
from nb2prod.pipeline.plan import Parameter, Plan, PlanError, Records, Step
from nb2prod.pipeline.planner import split_after
from nb2prod.serving.expressions import CrossRowError, Expression
from nb2prod.serving.sinks import Sink, series_model, sinks
from nb2prod.serving.slices import backward_slice, loaded
from nb2prod.serving.statements import Piece, Statements, needed

RAW = "raw"  # the name of the records, as they are loaded
# What makes data of numbers and texts that are typed in.
MAKERS = frozenset({"pandas.DataFrame", "numpy.array", "numpy.linspace", "numpy.arange"})
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Inference:
    """The way from a raw record to what a model takes.

    Attributes:
        sink: the model, and what it is given.
        source: the statement that loads the records.
        load: the call that does.
        before: the statements that it needs.
        pieces: what is done to them, in order.
        takes: what the model is given after them.
        parameters: the values in `params.yaml` that all of this depends on.
    """

    sink: Sink
    source: int
    load: ast.Call
    before: tuple[int, ...]
    pieces: tuple[Piece, ...]
    takes: Expression
    parameters: tuple[Parameter, ...]

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
    versions: dict[str, int] = {}
    for sink in sorted(sinks(plan.analysis), key=lambda s: s.model != plan.chosen):
        version = _version(plan, sink)
        if version is None or versions.get(sink.model, version) != version:
            continue
        if (found := _inference(plan, sink)) is not None:
            versions[sink.model] = version
            yield found


def _version(plan: Plan, sink: Sink) -> int | None:
    """Return the statement after which the variable holds the model that is used here."""
    effects = plan.analysis.effects
    anew = [n for n, e in enumerate(effects) if sink.model in e.all_binds]
    until = next((n for n in anew if n > sink.used), len(effects))
    changes = (n for n, e in enumerate(effects) if sink.model in e.all_binds | e.mutates)
    last = max((n for n in changes if n < until), default=None)
    return last if last is not None and plan.step_of(last) else None


def with_served(plan: Plan) -> Plan:
    """Return the plan with the models that can be served, the one to be served first.

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
    prepared = tuple(p.number for p in inference.pieces if p.serving)
    why = ""
    if inference.obstacle:
        number, text = inference.obstacle
        why = f"cell {plan.analysis.statements[number].cell + 1}: {text}"
    return Records(inference.source, loaded, prepared, why)


def unservable(plan: Plan) -> str:
    """Say why a notebook has no model that can be served, where it has none."""
    statements = plan.analysis.statements
    if found := sinks(plan.analysis):
        model, number = found[0].model, found[0].statement
        return (
            f"cell {statements[number].cell + 1}: what the model {model} is given does not come "
            "from data that the notebook loads"
        )
    if (number := series_model(plan.analysis)) is not None:
        return (
            f"cell {statements[number].cell + 1}: a model of a series forecasts it as a whole, and "
            "there is no record to predict from"
        )
    return "no cell fits a model"


def with_models_kept(plan: Plan) -> Plan:
    """Return the plan in which each model that may be served is handed on by a step.

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
    analysis = plan.analysis
    numbers = backward_slice(analysis, sink.statement, loaded(sink.takes))
    for loads in (_loads(analysis, numbers), _typed_in(analysis, numbers)):
        for source in loads:
            if (found := _from_source(plan, sink, numbers, source, loads)) is not None:
                return found
    return None


def _from_source(
    plan: Plan, sink: Sink, numbers: Sequence[int], source: int, loads: Mapping[int, ast.Call]
) -> Inference | None:
    """Return the way from what one statement loads, if it leads to the model."""
    analysis, load = plan.analysis, loads[source]
    statements = Statements(imported_names(analysis), _namer())
    parameters = _Parameters(plan.parameters)
    pieces: list[Piece] = []
    for number in numbers:
        node = analysis.statements[number].node
        if number == source:
            # The call is read apart from the statement, as what gives the raw records.
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
    before = backward_slice(analysis, source, loaded(load))
    for node in (load, *(analysis.statements[n].node for n in before)):
        parameters.put(node)
    used = tuple(parameters.used.values())
    return Inference(sink, source, load, before, tuple(kept), takes, used)


class _Parameters:
    """Puts parameters where the notebook has literals: in service they are what they were."""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self._all = {id(p.node): p for p in parameters}
        self.used: dict[tuple[str, str], Parameter] = {}

    def put(self, node: _Node, others: Mapping[ast.Call, ast.expr] | None = None) -> _Node:
        """Return a copy of a statement or expression; the notebook's own tree stays as it is."""
        there: dict[int, ast.AST] = {id(old): new for old, new in (others or {}).items()}
        for part in ast.walk(node):
            if (found := self._all.get(id(part))) and id(part) not in there:
                text = f"learnt.parameter({found.stage!r}, {found.name!r})"
                there[id(part)] = ast.parse(text, mode="eval").body
                self.used[found.stage, found.name] = found
        return copy.deepcopy(node, there)


def _loads(analysis: Analysis, numbers: Sequence[int]) -> dict[int, ast.Call]:
    """Return the outermost calls that load data, by their statements."""
    calls = ((i, c) for i in numbers for c in analysis.effects[i].calls)
    outer = [(i, c.node) for i, c in calls if c.role == "load" and c.depth == 0]
    return dict(reversed(outer))


def _typed_in(analysis: Analysis, numbers: Sequence[int]) -> dict[int, ast.Call]:
    """Return the calls that make tables or arrays of what is typed in, by their statements."""
    imported = imported_names(analysis)
    found: dict[int, ast.Call] = {}
    for number in numbers:
        node = analysis.statements[number].node
        if not isinstance(node, ast.Assign):
            continue
        for call in (n for n in ast.walk(node.value) if isinstance(n, ast.Call)):
            needs = backward_slice(analysis, number, loaded(call))
            made = dotted(call.func, imported) in MAKERS
            if made and not any(_varies(analysis, n) for n in (number, *needs)):
                found[number] = call
                break
    return found


def _varies(analysis: Analysis, number: int) -> bool:
    """Say whether a statement loads data, or draws at random."""
    effect = analysis.effects[number]
    draws = any(w.startswith(RANDOM) for w in effect.reads | effect.writes)
    return draws or any(call.role == "load" for call in effect.calls)


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
