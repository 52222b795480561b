"""Literals of the notebook that become parameters: paths, seeds, sizes, hyper-parameters."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nb2prod.pipeline.english import snake
from nb2prod.pipeline.plan import Plan, Stage, Step

Literal = str | int | float | bool
_TUNED = ("sklearn.", "xgboost.", "lightgbm.", "catboost.", "imblearn.")
_MAX_ARGUMENTS = 5


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a person may want to change, and where it comes from."""

    stage: str
    step: str
    name: str
    value: Literal
    cell: int
    node: ast.expr


def find_parameters(plan: Plan, paths: Mapping[str, str]) -> Iterator[Parameter]:
    """Yield the parameters of a plan, stage by stage.

    Args:
        plan: The plan.
        paths: For each path that the notebook names, the one in the project.
    """
    variables = set(plan.names.values())
    for stage in plan.stages:
        known: dict[str, Literal] = {}
        for step in stage.steps:
            free = _MAX_ARGUMENTS - len(step.inputs)
            own: set[str] = set()
            for wanted, value, cell, node, forced in _candidates(plan, step, paths):
                name = _fitting(wanted, value, known, variables)
                if name not in own:
                    if free <= 0 and not forced:
                        continue
                    free -= 1
                own.add(name)
                known[name] = value
                yield Parameter(stage.name, step.name, name, value, cell, node)


def _fitting(name: str, value: Literal, known: Mapping[str, Literal], variables: set[str]) -> str:
    """Return the name, or a variation of it where it means another value already."""
    candidate, number = name, 2
    while (
        candidate in variables
        or known.get(candidate, value) != value
        or type(known.get(candidate, value)) is not type(value)
    ):
        candidate, number = (
            (f"{name}_value" if candidate in variables and number == 2 else f"{name}_{number}"),
            number + 1,
        )
    return candidate


def _candidates(
    plan: Plan, step: Step, paths: Mapping[str, str]
) -> Iterator[tuple[str, Literal, int, ast.expr, bool]]:
    for number in step.statements:
        effect = plan.analysis.effects[number]
        cell = plan.analysis.statements[number].cell
        replaced: set[int] = set()
        for use in effect.paths:
            if use.depth or use.path is None or use.path not in paths or id(use.node) in replaced:
                continue
            replaced.add(id(use.node))
            stem, dot, ending = posixpath.basename(paths[use.path]).rpartition(".")
            yield (
                snake(f"{stem}{dot}{ending}") or "input_path",
                paths[use.path],
                cell,
                use.node,
                True,
            )
        for call in effect.calls:
            if (
                call.depth
                or not call.name.startswith(_TUNED)
                or call.role not in ("split", "train", "features", "evaluate", None)
            ):
                continue
            for keyword in call.node.keywords:
                match keyword:
                    case ast.keyword(
                        arg=str(name), value=ast.Constant(int() | float() as value)
                    ) if not isinstance(value, bool):
                        if _in_statement(plan, number, keyword.value):
                            yield snake(name), value, cell, keyword.value, False
                    case _:
                        pass


def _in_statement(plan: Plan, number: int, node: ast.expr) -> bool:
    """Say whether a literal stands in the statement itself, outside of loops and functions."""
    statement = plan.analysis.statements[number].node
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.JoinedStr)
    for outer in ast.walk(statement):
        if isinstance(outer, inner) and any(n is node for n in ast.walk(outer)):
            return False
    return any(n is node for n in ast.walk(statement))


def of_stage(parameters: list[Parameter], stage: Stage) -> dict[str, Parameter]:
    """Return the parameters of a stage by name."""
    return {p.name: p for p in parameters if p.stage == stage.name}
