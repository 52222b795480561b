"""Calls that train models."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nb2prod.knowledge import traits
from nb2prod.repository.modules import Module

_NAMES = """sklearn xgboost lightgbm catboost keras tensorflow torch imblearn statsmodels
    ultralytics transformers pytorch_lightning"""
_LIBRARIES = tuple(_NAMES.split())


def training_calls(module: Module, nodes: Iterable[ast.AST] | None = None) -> Iterator[ast.Call]:
    """Yield the calls that train a model, among the given nodes or all nodes of a module.

    Only modules that import a training library count, because other things have a `fit` method
    too, such as curves and distributions.
    """
    if not any(name.startswith(_LIBRARIES) for name in module.names.values()):
        return
    for node in module.nodes if nodes is None else nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and "fits" in traits.of_method(node.func.attr)
            and node.args
        ):
            yield node
