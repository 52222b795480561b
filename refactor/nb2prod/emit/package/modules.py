"""The modules of a generated package: one per stage, and one for the notebook's functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nb2prod.analysis.effects.effects import CWD, ENVIRON, FIGURE, OPTIONS
from nb2prod.emit.package.artifacts import Artifact, StageFiles, replaced_later
from nb2prod.emit.package.docstrings import docstring, named
from nb2prod.emit.package.functions import definition_text, rewriting, rewritten, step_function
from nb2prod.emit.package.imports import with_imports
from nb2prod.emit.package.statements import function_text
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.plan import Parameter, Plan, Stage, Step, cell_ranges

MAX_POSITIONAL = 5  # arguments of a call; further ones are passed by name


def stage_module(plan: Plan, stage: Stage, files: StageFiles, package: str) -> str:
    """Return the module of a stage: a function per step, and `main`."""
    cells = sorted({c for step in stage.steps for c in plan.cells(step)})
    source = f"From {cell_ranges(cells)} of {named(plan.notebook)}." if cells else "Empty."
    doc = docstring(stage.title or stage.name.replace("_", " "), [source])
    own = [p for p in plan.parameters if p.stage == stage.name]
    parts = [step_function(plan, step, own) for step in stage.steps]
    return with_imports(plan, doc, [*parts, _main(plan, stage, files, own)], package)


def functions_module(plan: Plan, package: str) -> str | None:
    """Return the module with the notebook's functions and classes; None if it has none."""
    parts: list[str] = []
    seen: set[str] = set()
    for number, definition in sorted(plan.scope.definitions.items()):
        if not definition.local and definition.version not in seen:
            seen.add(definition.version)
            parts.append(definition_text(plan, number, definition))
    doc = f'"""Functions and classes of {named(plan.notebook)}."""'
    return with_imports(plan, doc, parts, package) if parts else None


def settings_module(plan: Plan, package: str) -> str | None:
    """Return the module that repeats the process-wide settings of earlier stages; None if none."""
    doc = '"""Library options that the notebook sets, for the stages that come later."""'
    parts: list[str] = []
    for stage in plan.stages:
        numbers = configuring(plan, stage)
        if numbers:
            body = [
                s
                for n in numbers
                for s in rewritten(
                    plan, n, plan.analysis.statements[n].code, rewriting(plan, (), n)
                )
            ]
            parts.append(
                function_text(
                    f"def {stage.name}() -> None:",
                    f'"""Set the options that the stage {stage.name} sets."""',
                    body,
                    (),
                )
            )
    return with_imports(plan, doc, parts, package) if parts else None


def configuring(plan: Plan, stage: Stage) -> list[int]:
    """Return the statements of a stage that only set options of the process."""
    flow = Dataflow(plan.analysis, plan.scope)
    found: list[int] = []
    for number in range(stage.start, stage.end):
        effect = plan.analysis.effects[number]
        sets = any(w.startswith(OPTIONS) or w in (CWD, ENVIRON) for w in effect.writes)
        used = effect.uses - plan.scope.imports.keys() - plan.scope.movable
        if sets and not used and not effect.all_binds and flow.works(number):
            found.append(number)
    return found


def _main(plan: Plan, stage: Stage, files: StageFiles, parameters: Sequence[Parameter]) -> str:
    before = plan.stages[: plan.stages.index(stage)]
    lines = [f"settings.{s.name}()" for s in before if configuring(plan, s)]
    if parameters:
        lines.append(f'values = params.load("{stage.name}")')
    numbers = range(stage.start, stage.end)
    made = {path for n in numbers for path in plan.data.writes.get(n, ())}
    folders = sorted({path for n in numbers for path in plan.data.folders.get(n, ())} - made)
    lines += [f'Path("{folder}").mkdir(parents=True, exist_ok=True)' for folder in folders]
    lines += _loading(plan, files)
    if files.restores:
        lines.append(f'generators.restore("{files.restores}")')
    early = [a for a in files.models if replaced_later(plan, stage, a.names[0])]
    saved = list(_saving(plan, files, early))
    needed = {n for a in (*files.saves, *files.models) for n in a.names} | {*files.metrics}
    calls: list[str] = []
    for step in reversed(stage.steps):
        # If another model replaces a served one, the served one is saved before.
        calls += [_saved(plan, a) for a in early if plan.served[a.names[0]] in step.statements]
        calls.append(_call(plan, step, [p for p in parameters if p.step == step.name], needed))
        needed = (needed - {*step.outputs}) | {*step.inputs} | (needed & {*step.outputs})
    lines += [*calls[::-1], *saved]
    if files.keeps:
        lines.append(f'generators.save("{files.keeps}")')
    body = "\n".join(f"        {line}" for line in lines) or "        pass"
    extra = ", figures=True" if has_figures(plan, stage) else ""
    return (
        f'def main() -> None:\n    """Run the stage."""\n'
        f'    with reporting.report("{stage.name}"{extra}):\n{body}\n'
    )


def _loading(plan: Plan, files: StageFiles) -> Iterator[str]:
    for artifact, names in files.loads.items():
        if artifact.bundled:
            stem = artifact.path.rpartition("/")[2].removesuffix(".pkl")
            holder = stem if stem not in plan.names.values() else f"{stem}_bundle"
            yield f'{holder} = artifacts.load("{artifact.path}")'
            yield from (f'{plan.names[n]} = {holder}["{plan.names[n]}"]' for n in names)
        else:
            yield f'{plan.names[names[0]]} = artifacts.load("{artifact.path}")'


def _call(plan: Plan, step: Step, parameters: Sequence[Parameter], needed: set[str]) -> str:
    """Return the call of a step; unused results get a name with an underscore."""
    arguments = [plan.names.get(n, n) for n in step.inputs]
    for name in dict.fromkeys(p.name for p in parameters):
        value = f'values["{name}"]'
        arguments.append(value if len(arguments) < MAX_POSITIONAL else f"{name}={value}")
    call = f"{step.name}({', '.join(arguments)})"
    if not needed & {*step.outputs}:
        return call
    targets = [("" if n in needed else "_") + plan.names.get(n, n) for n in step.outputs]
    return f"{', '.join(targets)} = {call}"


def _saving(plan: Plan, files: StageFiles, done: Sequence[Artifact]) -> Iterator[str]:
    for artifact in (*files.saves, *files.models):
        if artifact not in done:
            yield _saved(plan, artifact)
    if files.metrics:
        values = _mapping([plan.names[n] for n in files.metrics])
        yield f'artifacts.save_metrics({values}, "{files.metrics_path}")'


def _saved(plan: Plan, artifact: Artifact) -> str:
    new = [plan.names[n] for n in artifact.names]
    value = _mapping(new) if artifact.bundled else new[0]
    return f'artifacts.save({value}, "{artifact.path}")'


def _mapping(names: Sequence[str]) -> str:
    return "{" + ", ".join(f'"{n}": {n}' for n in names) + "}"


def has_figures(plan: Plan, stage: Stage) -> bool:
    """Return whether a stage draws figures."""
    return any(FIGURE in plan.analysis.effects[i].writes for s in stage.steps for i in s.statements)
