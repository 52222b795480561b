"""Records whose only preparation is a choice of columns."""

from __future__ import annotations

import ast

from nb2prod.capabilities.api.slice.inference import Inference
from nb2prod.knowledge import traits

_PLAIN = (ast.Name, ast.Constant, ast.List, ast.Tuple, ast.Slice, ast.keyword,
          ast.expr_context, ast.USub)  # fmt: skip


def selects_only(inference: Inference) -> bool:
    """Return whether the model's input is columns of the records, unchanged."""
    statements = [s for piece in inference.pieces for s in piece.serving]
    return all(map(_selects, statements)) and _selects(inference.takes.serving)


def _selects(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="learnt")):
            return True  # a list of names or a number, which only selects
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args, keywords=named):
            inside = all(map(_selects, [owner, *args, *(k.value for k in named)]))
            return "selects_columns" in traits.of_method(name) and inside
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(t, ast.Name) for t in targets) and _selects(value)
        case ast.Attribute(value=owner):
            return _selects(owner)
        case ast.Subscript(value=owner, slice=index):
            return _selects(owner) and _selects(index)
        case ast.UnaryOp():
            return all(map(_selects, ast.iter_child_nodes(node)))
        case _:
            return isinstance(node, _PLAIN) and all(map(_selects, ast.iter_child_nodes(node)))
