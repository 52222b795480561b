"""Obstacles of a plan, in sentences: what keeps it from being split or understood further."""

from __future__ import annotations

from collections.abc import Iterator

from nb2prod.pipeline.data import left_behind
from nb2prod.pipeline.plan import Plan


def obstacles_of(plan: Plan) -> Iterator[str]:
    """Yield the obstacles of a plan: unsound cuts, missing files and unknown effects."""
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        yield f"cell {cell}: no stage can begin here: {reason}"
    yield from left_behind(plan.data)
    for statement, effect in zip(plan.analysis.statements, plan.analysis.effects, strict=True):
        for unknown in effect.unknowns:
            cell = statement.cell + 1
            yield f"cell {cell}: {unknown.reason}; nb2prod assumes that it changes its arguments"
