"""Functions of a notebook that return only models or transformers that they fit."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from nb2prod.analysis.flow import Analysis
from nb2prod.analysis.names.code_cell import dotted
from nb2prod.capabilities.api.slice import calls
from nb2prod.knowledge import traits

_FITS = traits.methods("fits") | traits.methods("fits_and_applies")


def trainers(analysis: Analysis, imported: Mapping[str, str]) -> frozenset[str]:
    """Return the names of such functions; their results are learnt, whatever the arguments.

    Args:
        analysis: the notebook.
        imported: imported name -> dotted name.
    """
    found: dict[str, bool] = {}
    for statement in analysis.statements:
        if isinstance(statement.node, ast.FunctionDef):
            name = statement.node.name  # all functions of this name must be trainers
            found[name] = found.get(name, True) and _trains(statement.node, imported)
    return frozenset(name for name, trains in found.items() if trains)


def _trains(function: ast.FunctionDef, imported: Mapping[str, str]) -> bool:
    fitted = set(_fitted(function, imported)) - {a.arg for a in function.args.args}
    given = [n.value for n in ast.walk(function) if isinstance(n, ast.Return)]
    return bool(given) and all(_is_one_of(value, fitted) for value in given)


def _fitted(function: ast.FunctionDef, imported: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables that hold fitted objects."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                if method in _FITS:
                    yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                made = isinstance(func, ast.Attribute) and func.attr == calls.FIT
                if made or "trains" in traits.of_function(dotted(func, imported) or ""):
                    yield name
            case _:
                pass


def _is_one_of(value: ast.expr | None, fitted: set[str]) -> bool:
    elements = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return bool(elements) and all(isinstance(e, ast.Name) and e.id in fitted for e in elements)
