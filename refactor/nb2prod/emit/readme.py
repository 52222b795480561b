"""The read-me of a project."""

from __future__ import annotations

from nb2prod.emit.docstrings import cell_ranges
from nb2prod.pipeline.plan import Plan


def readme(plan: Plan, package: str, verdict: str) -> str:
    """Return the read-me of a project."""
    lines = [
        f"# {package.replace('_', ' ').capitalize()}",
        "",
        f"The pipeline of the notebook `{plan.notebook.path.name}`.",
        "",
        f"Does it compute what the notebook computed? **{verdict}**",
        "",
        "```",
        "dvc repro               # run the stages that are out of date",
        "python src/run.py       # run all stages in one process, for debugging",
        "python -m pytest        # test",
        "```",
        "",
        "## From cells to functions",
        "",
        "| cells | function | stage |",
        "|---|---|---|",
    ]
    for stage in plan.stages:
        for step in stage.steps:
            cells = cell_ranges(plan.cells(step)).partition(" ")[2]
            lines.append(f"| {cells} | `{step.name}` | `{stage.name}` |")
    return "\n".join(lines) + "\n"
