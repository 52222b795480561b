"""Reasons why a notebook has no model that can be served."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nb2prod.analysis.flow import Analysis
from nb2prod.capabilities.api.slice.sinks import sinks
from nb2prod.knowledge import traits


def unservable(analysis: Analysis) -> str:
    """Return the reason why a notebook has no model that can be served."""
    number, why = next(_reasons(analysis), (None, "no cell fits a model"))
    return why if number is None else f"cell {analysis.statements[number].cell + 1}: {why}"


def _reasons(analysis: Analysis) -> Iterator[tuple[int, str]]:
    """Yield the reasons with their statements, the most specific first."""
    for sink in sinks(analysis):
        why = f"what the model {sink.name} is given does not come from data that the notebook loads"
        yield sink.statement, why
    calls = [(n, c) for n, e in enumerate(analysis.effects) for c in e.calls]
    types = enumerate(effect.value.type or "" for effect in analysis.effects)
    series = "a model of a series forecasts it as a whole, and there is no record to predict from"
    for number, name in [*types, *((n, c.name) for n, c in calls)]:
        if "series" in traits.of_function(name):
            yield number, series
    for number, call in reversed(calls):
        if "cross_validates" in traits.of(call.name.rpartition(".")[2]) and call.node.args:
            model = ast.unparse(call.node.args[0])
            yield number, f"the model {model} is only cross-validated, and no cell fits it"
    for number, call in calls:
        if call.name == ".fit" and call.depth:
            yield number, "a model is fitted inside of a function, and no variable holds it"
