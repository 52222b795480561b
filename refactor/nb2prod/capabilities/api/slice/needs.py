"""Dropping the statements of a slice that serving does not need; only fitting runs them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nb2prod.capabilities.api.slice.slices import loaded
from nb2prod.capabilities.api.slice.statements import Piece


def needed(
    pieces: Sequence[Piece], wanted: Iterable[str], lifted: Mapping[str, Iterable[str]]
) -> list[Piece]:
    """Return the pieces, without the serving form of those that serving does not need.

    Args:
        pieces: In order.
        wanted: The variables that are needed after them.
        lifted: The variables that the notebook's functions read, by their names.
    """
    need = set(wanted)
    kept: list[Piece] = []
    for piece in reversed(pieces):
        changed = {n for s in piece.serving for n in _changed(s)}
        if not changed & need:
            kept.append(replace(piece, serving=(), why=""))
            continue
        kept.append(piece)
        serving: list[ast.stmt] = []
        for statement in reversed(piece.serving):
            if _changed(statement) & need:
                serving.append(statement)
                read = _read(statement)
                read |= {n for name in read & lifted.keys() for n in lifted[name]}
                need = (need - _rebound(statement)) | read
        kept[-1] = replace(piece, serving=tuple(reversed(serving)))
    return kept[::-1]


def _changed(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds, and those whose objects it may change."""
    found: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                found |= {root for t in targets for root in _roots(t)}
            case ast.AugAssign(target=target) | ast.For(target=target):
                found |= _roots(target)
            case ast.Expr(value=ast.Call() as call):
                found |= loaded(call)
            case _:
                pass
    return found


def _rebound(node: ast.stmt) -> set[str]:
    match node:
        case ast.Assign(targets=targets):
            return {n.id for t in targets for n in _flat(t) if isinstance(n, ast.Name)}
        case _:
            return set()


def _flat(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple | ast.List) else [target]


def _roots(target: ast.expr) -> set[str]:
    found: set[str] = set()
    for node in _flat(target):
        part = node
        while isinstance(part, ast.Attribute | ast.Subscript | ast.Starred):
            part = part.value
        if isinstance(part, ast.Name):
            found.add(part.id)
    return found


def _read(node: ast.AST) -> set[str]:
    """Return the names that serving reads; a remembered value is not computed."""
    match node:
        case ast.Call(func=ast.Name(id="learnt")):
            return set()
        case ast.Name(id=name, ctx=ast.Load()):
            return {name} - {"learnt"}
        case ast.Call(ast.Attribute(ast.Name(id="learnt"), "fit_transform"), [_, _, data, *_]):
            return _read(data)
        case ast.Assign(targets=targets, value=value):
            return _read(value) | {n for t in targets for n in _read_in_target(t)}
        case ast.AugAssign(target=target, value=value):
            return _read(value) | _roots(target)
        case _:
            return {name for child in ast.iter_child_nodes(node) for name in _read(child)}


def _read_in_target(target: ast.expr) -> set[str]:
    changes = isinstance(target, ast.Subscript | ast.Attribute)
    return loaded(target) | (_roots(target) if changes else set[str]())
