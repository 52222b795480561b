"""Functions of web services that handle requests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nb2prod.repository.modules import Module

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route"})
_LIBRARIES = ("fastapi", "flask", "starlette", "quart", "litestar")


def handlers(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions decorated with a route, such as `@app.post("/predict")`."""
    if not any(name.startswith(_LIBRARIES) for name in module.names.values()):
        return
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
            if any(isinstance(c.func, ast.Attribute) and c.func.attr in _METHODS for c in calls):
                yield node
