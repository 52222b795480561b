"""Literals of the notebook that become parameters: paths, seeds, sizes, hyperparameters."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nb2prod.analysis.effects.effects import Called, Effects
from nb2prod.pipeline.dataflow import assigned_names
from nb2prod.pipeline.english import snake
from nb2prod.pipeline.plan import Literal, Parameter, Plan, Step

_TUNED = ("sklearn.", "xgboost.", "lightgbm.", "catboost.", "imblearn.")
_ROLES = ("split", "train", "features", "evaluate", None)
_MAX_ARGUMENTS = 5


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A literal, with possible names; one that is `needed` always becomes a parameter."""

    names: tuple[str, ...]
    value: Literal
    cell: int
    node: ast.expr
    needed: bool = False
    constant: bool = False


def find_parameters(plan: Plan) -> Iterator[Parameter]:
    """Yield the parameters of a plan, stage by stage."""
    variables = set(plan.names.values())
    for stage in plan.stages:
        known: dict[str, Literal] = {}
        for step in stage.steps:
            free = _MAX_ARGUMENTS - len(step.inputs)
            own: set[str] = set()
            for candidate in _candidates(plan, step):
                name = _fitting(candidate, known, set() if candidate.constant else variables)
                if name not in own:
                    if free <= 0 and not candidate.needed:
                        continue
                    free -= 1
                own.add(name)
                known[name] = candidate.value
                yield Parameter(
                    stage.name,
                    step.name,
                    name,
                    candidate.value,
                    candidate.cell,
                    candidate.node,
                    candidate.constant,
                )


def _fitting(candidate: _Candidate, known: Mapping[str, Literal], variables: set[str]) -> str:
    """Return the first name that is not a variable's, or a parameter's with another value."""
    last = candidate.names[-1]
    options = [*candidate.names, f"{last}_value", *(f"{last}_{n}" for n in range(2, 999))]
    return next(
        name
        for name in options
        if name not in variables and _same(known.get(name, candidate.value), candidate.value)
    )


def _same(one: Literal, other: Literal) -> bool:
    return type(one) is type(other) and one == other


def _candidates(plan: Plan, step: Step) -> Iterator[_Candidate]:
    for number in step.statements:
        statement, effect = plan.analysis.statements[number], plan.analysis.effects[number]
        yield from _paths(plan, effect, statement.cell)
        target = next((snake(n) for n in assigned_names(statement.node)), "")
        for call in effect.calls:
            for name, node in _tuned(call):
                if _is_number(node) and _stands_in(statement.node, node):
                    model = snake(call.name.rpartition(".")[2])
                    names = [snake(name), f"{target}_{snake(name)}", f"{model}_{snake(name)}"]
                    value = ast.literal_eval(node)
                    yield _Candidate(
                        tuple(n for n in names if n[:1] != "_"), value, statement.cell, node
                    )
        yield from _constants(plan, step, number)


def _constants(plan: Plan, step: Step, number: int) -> Iterator[_Candidate]:
    """Yield the constant that a statement assigns: a name in capitals, assigned only once."""
    match plan.analysis.statements[number].node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as node) if (
            name.isupper() and len(name) > 1 and _is_number(node) and name in plan.names
        ):
            pass
        case _:
            return
    binding = [n for n, e in enumerate(plan.analysis.effects) if name in e.all_binds]
    if binding == [number] and name not in step.inputs:
        cell = plan.analysis.statements[number].cell
        yield _Candidate((plan.names[name],), ast.literal_eval(node), cell, node, constant=True)


def _paths(plan: Plan, effect: Effects, cell: int) -> Iterator[_Candidate]:
    replaced: set[int] = set()
    for use in effect.paths:
        if use.depth or (use.path or "") not in plan.data.paths or id(use.node) in replaced:
            continue
        replaced.add(id(use.node))
        path = plan.data.paths[use.path or ""]
        name = snake(posixpath.basename(path))
        fits = name if name[:1].isalpha() else f"file_{name}"
        yield _Candidate((fits,), path, cell, use.node, needed=True)


def _tuned(call: Called) -> Iterator[tuple[str, ast.expr]]:
    """Yield the arguments of a call that are settings: hyperparameters, sizes, seeds."""
    if call.depth:
        return
    if call.name.startswith(_TUNED) and call.role in _ROLES:
        yield from ((k.arg, k.value) for k in call.node.keywords if k.arg)
    elif call.name.rpartition(".")[2] in ("seed", "manual_seed", "set_seed") and call.node.args:
        yield "seed", call.node.args[0]
    else:
        yield from ((k.arg, k.value) for k in call.node.keywords if k.arg == "random_state")


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _stands_in(statement: ast.stmt, node: ast.expr) -> bool:
    """Return whether a literal is in the statement itself, not in a function inside it."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.JoinedStr)
    for outer in ast.walk(statement):
        if isinstance(outer, inner) and any(n is node for n in ast.walk(outer)):
            return False
    return any(n is node for n in ast.walk(statement))
