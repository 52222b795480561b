"""The models of a notebook and their input: the ends of inference slices."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.analysis.flow import Analysis, imports
from nb2prod.capabilities.api.slice.series import series_results
from nb2prod.capabilities.api.slice.uses import CALLED, Uses, data_given
from nb2prod.knowledge import traits

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Sink:
    """A model, and the input that a statement gives it.

    Attributes:
        model: the variable.
        statement: where the data is as the model takes it.
        used: where the model is trained on it, or predicts for it.
        takes: the expression that is given to it.
        trained: that is what it was trained on, not what it predicted for.
        item: the model is an item of what the variable holds: its number or key.
    """

    model: str
    statement: int
    used: int
    takes: ast.expr
    trained: bool
    item: int | str | None = None

    @property
    def name(self) -> str:
        """The model, as the notebook writes it."""
        return self.model if self.item is None else f"{self.model}[{self.item!r}]"


def sinks(analysis: Analysis) -> list[Sink]:
    """Return the inputs of models, the most specific first.

    The model that is used last comes first, because notebooks end with the best one. The input of
    a prediction says more than that of a training, which often lacks rows or holds the target.
    """
    found = list(_sinks(analysis))
    order = {model: number for number, model in enumerate(dict.fromkeys(
        s.model for s in reversed(found)))}  # fmt: skip
    kept: dict[tuple[str, str, bool], Sink] = {}
    for sink in reversed(found):
        kept.setdefault((sink.name, ast.unparse(sink.takes), sink.trained), sink)
    return sorted(kept.values(), key=lambda s: (order[s.model], s.trained, -s.statement))


def _sinks(analysis: Analysis) -> Iterator[Sink]:
    uses = Uses(analysis)
    series = series_results(analysis)
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        if isinstance(statement.node, _DEFINITIONS) or imports(statement):
            continue
        at = statement.number
        trains = any(call.name == ".backward" for call in effect.calls)
        for use in uses.of(at):
            if at >= series.get(use.model, at + 1):
                continue
            if "takes_records" in traits.of_method(use.method) and use.model and use.given:
                yield Sink(use.model, at, at, use.given, trained=False, item=use.item)
            elif use.method == CALLED and use.given:
                yield Sink(use.model, at, at, use.given, trained=trains)
            elif "trains" not in traits.of_method(use.method) or _is_of_series(effect.value.type):
                continue
            elif use.own and use.item is None:
                yield from _training(analysis, at, use.call)
            elif use.model and use.given:
                yield Sink(use.model, at, at, use.given, trained=True, item=use.item)


def _is_of_series(type_: str | None) -> bool:
    return "series" in traits.of_function(type_ or "")


def _training(analysis: Analysis, number: int, call: ast.Call) -> Iterator[Sink]:
    """Yield the training data of a model, also of the result of `smf.ols(formula, data).fit()`."""
    assert isinstance(call.func, ast.Attribute)
    receiver = call.func.value
    node = analysis.statements[number].node
    result = node.targets[0] if isinstance(node, ast.Assign) and node.value is call else None
    given = data_given(call)
    if isinstance(receiver, ast.Name) and (given or not isinstance(result, ast.Name)):
        if given:
            yield Sink(receiver.id, number, number, given, trained=True)
        # The constructor of the notebook's own class may take the data.
        at, made = _made(analysis, number, receiver.id)
        if made is not None and (data := data_given(made)):
            yield Sink(receiver.id, at, number, data, trained=True)
        return
    made = receiver if isinstance(receiver, ast.Call) else None
    at = number
    if isinstance(receiver, ast.Name):
        at, made = _made(analysis, number, receiver.id)
    if isinstance(result, ast.Name) and made is not None and (data := _modelled(made)):
        yield Sink(result.id, at, number, data, trained=True)
    elif isinstance(result, ast.Name) and given:
        yield Sink(result.id, number, number, given, trained=True)


def _made(analysis: Analysis, before: int, name: str) -> tuple[int, ast.Call | None]:
    for number in range(before - 1, -1, -1):
        match analysis.statements[number].node:
            case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Call() as made):
                if bound == name:
                    return number, made
            case _:
                pass
    return before, None


def _modelled(made: ast.Call) -> ast.expr | None:
    """Return the data of a model of statsmodels."""
    name = made.func.attr if isinstance(made.func, ast.Attribute) else ""
    name = made.func.id if isinstance(made.func, ast.Name) else name
    given, known = {k.arg: k.value for k in made.keywords}, traits.of_functions(name)
    if "formula_models" in known:
        return given.get("data", made.args[1] if len(made.args) > 1 else None)
    if "array_models" in known:
        return given.get("exog", made.args[1] if len(made.args) > 1 else None)
    return None
