"""What a plan says of the service that its project would have."""

from __future__ import annotations

from nb2prod.pipeline.plan import Plan, cell_ranges


def served_from(plan: Plan) -> str:
    """Say what a service predicts from, in a sentence; empty where there is nothing to serve."""
    records = plan.records
    if records is None:
        return ""
    cells = sorted({plan.analysis.statements[n].cell + 1 for n in records.prepared})
    loaded = f"{records.loaded} (cell {plan.analysis.statements[records.source].cell + 1})"
    if records.obstacle:
        return f"It takes the model's own columns, not records of {loaded}: {records.obstacle}."
    prepared = f", prepared as in {cell_ranges(cells)}" if cells else ""
    return f"It predicts from records of {loaded}{prepared}."
