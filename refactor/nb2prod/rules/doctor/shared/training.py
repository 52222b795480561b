"""Where modules train models, for the rules on it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nb2prod.repository.modules import Module

_NAMES = """sklearn xgboost lightgbm catboost keras tensorflow torch imblearn statsmodels
    ultralytics transformers pytorch_lightning"""
_LIBRARIES = tuple(_NAMES.split())
_METHODS = frozenset({"fit", "fit_generator", "partial_fit"})


def fits(module: Module, nodes: Iterable[ast.AST] | None = None) -> Iterator[ast.Call]:
    """Yield the calls that train a model, among these nodes or all of a module.

    Only in modules that import a library which trains: a curve or a suit can be fitted, too.
    """
    if not any(name.startswith(_LIBRARIES) for name in module.names.values()):
        return
    for node in module.nodes if nodes is None else nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _METHODS
            and node.args
        ):
            yield node
