"""Backward slices: the statements that a value depends on."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nb2prod.analysis.flow import Analysis, imports

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Methods of networks, called without arguments: gradients and modes are not part of the data.
_LEARNS = frozenset({".backward", ".zero_grad", ".eval", ".train"})
_LOOKS = frozenset({"plot", "explore"})


def backward_slice(analysis: Analysis, before: int, wanted: Iterable[str]) -> tuple[int, ...]:
    """Return the statements before a place that the values of variables there depend on.

    Imports and definitions are left out: they go where functions are.
    """
    need = set(wanted)
    found: list[int] = []
    for number in range(before - 1, -1, -1):
        statement, effect = analysis.statements[number], analysis.effects[number]
        if imports(statement) or isinstance(statement.node, _DEFINITIONS):
            continue
        learns = any(c.name in _LEARNS and _bare(c.node) for c in effect.calls)
        makes = (effect.all_binds | (set[str]() if learns else effect.mutates)) & need
        roles = {call.role for call in effect.calls if call.role}
        if not makes or (roles and roles <= _LOOKS and not effect.all_binds):
            continue
        found.append(number)
        need = (need - effect.binds) | effect.uses
    return tuple(reversed(found))


def _bare(call: ast.Call) -> bool:
    return not call.args and not call.keywords


def loaded(node: ast.AST) -> set[str]:
    """Return the names that an expression reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
