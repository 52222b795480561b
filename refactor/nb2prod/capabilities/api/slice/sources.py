"""Sources of data: files, literals, random draws."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nb2prod.analysis.effects.effects import RANDOM
from nb2prod.analysis.flow import Analysis
from nb2prod.analysis.names.code_cell import dotted
from nb2prod.capabilities.api.slice.names import imported_names
from nb2prod.capabilities.api.slice.slices import backward_slice, loaded
from nb2prod.knowledge import traits

_RANDOM = "numpy.random."


def sources(analysis: Analysis, numbers: Sequence[int]) -> Iterator[dict[int, ast.Call]]:
    """Yield the calls that may be the source of data, by their statements, the likeliest first."""
    yield _loads(analysis, numbers)
    yield _made(analysis, numbers)
    yield _made(analysis, numbers, at_random=True)


def _loads(analysis: Analysis, numbers: Sequence[int]) -> dict[int, ast.Call]:
    """Return the outermost calls that load data, by their statements."""
    calls = ((i, c) for i in numbers for c in analysis.effects[i].calls)
    outer = [(i, c.node) for i, c in calls if c.role == "load" and c.depth == 0]
    return dict(reversed(outer))


def _made(
    analysis: Analysis, numbers: Sequence[int], at_random: bool = False
) -> dict[int, ast.Call]:
    """Return the calls that make tables or arrays of literals, by their statements.

    With `at_random`, return those that draw random data instead.
    """
    imported = imported_names(analysis)
    found: dict[int, ast.Call] = {}
    for number in numbers:
        node = analysis.statements[number].node
        if not isinstance(node, ast.Assign):
            continue
        for call in (n for n in ast.walk(node.value) if isinstance(n, ast.Call)):
            name = dotted(call.func, imported) or ""
            known = traits.of_function(name)
            if at_random:
                made = name.startswith(_RANDOM) and "draws_no_data" not in known
            else:
                needs = backward_slice(analysis, number, loaded(call))
                varies = any(_varies(analysis, n) for n in (number, *needs))
                made = "types_in" in known and not varies
            if made:
                found[number] = call
                break
    return found


def _varies(analysis: Analysis, number: int) -> bool:
    """Return whether a statement loads data, or draws random numbers."""
    effect = analysis.effects[number]
    draws = any(w.startswith(RANDOM) for w in effect.reads | effect.writes)
    return draws or any(call.role == "load" for call in effect.calls)
