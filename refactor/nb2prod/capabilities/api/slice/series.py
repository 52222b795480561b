"""Models of a series, which forecast steps after its end and take no records."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nb2prod.analysis.flow import Analysis
from nb2prod.analysis.names.code_cell import dotted
from nb2prod.capabilities.api.slice.names import imported_names
from nb2prod.knowledge import traits

WHY = "a model of a series forecasts steps after its end; there are no records of it"


def series_results(analysis: Analysis) -> dict[str, int]:
    """Return the variable of each fitted model of a series -> the statement that fits it."""
    return dict(_fitted(analysis))


def _fitted(analysis: Analysis) -> Iterator[tuple[str, int]]:
    imported = imported_names(analysis)
    models: set[str] = set()
    for statement in analysis.statements:
        match statement.node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                made = _makes(func, imported)
                match func:
                    case ast.Attribute(value=ast.Name(id=owner), attr="fit") if owner in models:
                        yield name, statement.number
                    case ast.Attribute(value=ast.Call(func=inner), attr="fit") if _makes(
                        inner, imported
                    ):
                        yield name, statement.number
                    case _:
                        pass
                models = models | {name} if made else models - {name}
            case _:
                pass


def _makes(func: ast.expr, imported: dict[str, str]) -> bool:
    name = dotted(func, imported) or ""
    return name.startswith("statsmodels.") and "forecasts" in traits.of(name.rpartition(".")[2])
