"""The imported names of a notebook."""

from __future__ import annotations

import ast

from nb2prod.analysis.flow import Analysis


def imported_names(analysis: Analysis) -> dict[str, str]:
    """Return imported name -> dotted name."""
    names: dict[str, str] = {}
    for statement in analysis.statements:
        match statement.node:
            case ast.Import(names=items):
                for item in items:
                    top = item.name.partition(".")[0]
                    names[item.asname or top] = item.name if item.asname else top
            case ast.ImportFrom(module=str(module), names=items):
                names |= {item.asname or item.name: f"{module}.{item.name}" for item in items}
            case _:
                pass
    return names
