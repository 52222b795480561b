"""A plan as text, and as a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Iterator

from nb2prod.pipeline.obstacles import obstacles_of
from nb2prod.pipeline.plan import Plan, cell_ranges, served_from


def plan_text(plan: Plan) -> str:
    """Return a plan as an indented outline."""
    lines: list[str] = []
    for stage in plan.stages:
        loads = ", ".join(plan.names.get(n, n) for n in stage.inputs.names)
        lines.append(stage.name + (f"  (loads {loads})" if loads else ""))
        for step in stage.steps:
            takes = ", ".join(plan.names.get(n, n) for n in step.inputs)
            gives = ", ".join(plan.names.get(n, n) for n in step.outputs)
            arrow = f" -> {gives}" if gives else ""
            lines.append(f"    {step.name}({takes}){arrow}  {cell_ranges(plan.cells(step))}")
    if plan.served:
        model, *others = (plan.names.get(n, n) for n in plan.served)
        also = f"  (or {', '.join(others)})" if others else ""
        lines.append(f"service of {model}{also}: {served_from(plan)}")
    lines += [f"obstacle: {text}" for text in obstacles_of(plan)]
    return "\n".join(lines) + "\n"


def plan_mermaid(plan: Plan) -> str:
    """Return a plan as a Mermaid flowchart: stages as groups of steps, variables on the arrows."""
    lines = ["flowchart TD"]
    for stage in plan.stages:
        lines.append(f'    subgraph {stage.name}["{stage.name}"]')
        lines += [f'        {stage.name}__{step.name}["{step.name}"]' for step in stage.steps]
        lines.append("    end")
    for source, target, names in arrows(plan):
        lines.append(f'    {source} -->|"{", ".join(names)}"| {target}')
    if plan.served and plan.records and (source := served_by(plan)):
        first = next(iter(plan.served))
        model = plan.names.get(first, first)
        kind = "model's columns" if plan.records.obstacle else "records"
        loaded = plan.records.loaded.replace('"', "'")
        lines.append(f'    service(["service of {model}"])')
        lines.append(f'    {source} -->|"{model}"| service')
        lines.append(f'    records[/"{kind} of {loaded}"/] --> service')
    return "\n".join(lines) + "\n"


def arrows(plan: Plan) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (step, later step, variables that pass between them), with steps as `stage__step`."""
    made: dict[str, str] = {}
    for stage in plan.stages:
        for step in stage.steps:
            here = f"{stage.name}__{step.name}"
            sources: dict[str, list[str]] = {}
            for name in step.inputs:
                if name in made:
                    sources.setdefault(made[name], []).append(plan.names.get(name, name))
            yield from ((source, here, names) for source, names in sources.items())
            made |= dict.fromkeys(step.outputs, here)


def served_by(plan: Plan) -> str | None:
    """Return the step after which the served model has its final state, as `stage__step`."""
    found = plan.step_of(next(iter(plan.served.values()))) if plan.served else None
    return f"{found[0].name}__{found[1].name}" if found else None
