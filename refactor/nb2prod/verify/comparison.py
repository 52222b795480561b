"""Does the project compute what the notebook computed?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.emit.project import package_name
from nb2prod.pipeline.plan import Plan, Stage, Step
from nb2prod.verify.environment import Environment
from nb2prod.verify.notebook_run import seeded, seeds_itself
from nb2prod.verify.observation import Observation
from nb2prod.verify.project_run import Chance, StageRun, Watch, run_stage
from nb2prod.verify.seen import Seen


@dataclass(frozen=True, slots=True)
class Difference:
    """The first value that the project computes differently, or the stage that fails."""

    stage: int
    function: str
    name: str
    reason: str
    timed_out: bool = False


@dataclass(slots=True)
class Comparison:
    """What was compared, and how it went; labels are `function.name`."""

    equal: dict[str, str] = field(default_factory=dict[str, str])  # label -> digest
    unsteady: list[str] = field(default_factory=list[str])
    skipped: dict[str, str] = field(default_factory=dict[str, str])  # label -> why
    difference: Difference | None = None
    seconds: float = 0.0
    printed: list[str] = field(default_factory=list[str])


def compare(plan: Plan, project: Path, observed: Observation, environment: Environment,
            examples: Path) -> Comparison:  # fmt: skip
    """Run the stages of a project one after the other, and stop at the first difference.

    A small call of each function is kept in the folder `examples`.
    """
    result = Comparison()
    package = package_name(plan)
    libraries, own_seeds = sorted(seeded(plan)), seeds_itself(plan)
    state = examples / "generators"
    for index, stage in enumerate(plan.stages):
        environment.progress(f"running the stage {stage.name} ({index + 1} of {len(plan.stages)})")
        watches = [_watch(plan, stage, step, package, observed) for step in stage.steps]
        # Where the notebook seeds a generator, its stages have to carry it on themselves: they
        # begin with another seed than the notebook. Else they go on as one process would.
        chance = Chance(libraries, index + 1 if own_seeds else 0, state)
        run = run_stage(project, stage.name, watches, chance, environment, examples)
        if own_seeds:
            state.unlink(missing_ok=True)
        result.seconds += run.seconds
        result.printed += run.printed
        if run.failure:
            result.difference = Difference(index, stage.name, "", run.failure, run.timed_out)
        for step in stage.steps if not run.failure else ():
            result.difference = _difference(plan, index, step, run, observed, result)
            if result.difference:
                break
        if result.difference:
            break
    return result


def _watch(plan: Plan, stage: Stage, step: Step, package: str, observed: Observation) -> Watch:
    returned = tuple(plan.names.get(n, n) for n in step.outputs)
    stored = tuple(plan.names.get(n, n) for n in observed.stored[step.statements[-1]])
    return Watch(f"{package}.{stage.name}", step.name, returned, stored)


def _difference(plan: Plan, index: int, step: Step, run: StageRun, observed: Observation,
                result: Comparison) -> Difference | None:  # fmt: skip
    got = run.values.get(step.name, {})
    last = step.statements[-1]
    for name in step.outputs:
        label = f"{step.name}.{plan.names.get(name, name)}"
        wanted = observed.value(last, name)
        seen = got.get(plan.names.get(name, name))
        if wanted is None or wanted.digest is None:
            result.skipped[label] = wanted.why if wanted else "not seen in the notebook"
        elif seen is None or seen.digest is None:
            result.skipped[label] = seen.why if seen else "not seen in the project"
        elif seen.digest == wanted.digest:
            result.equal[label] = wanted.digest
        elif not observed.steady(last, name):
            result.unsteady.append(label)
        else:
            reason = _reason(wanted, seen)
            return Difference(index, step.name, name, reason)
    return None


def _reason(wanted: Seen, seen: Seen) -> str:
    """Say how a value differs: in its type, its shape, or what it holds."""
    if wanted.type != seen.type:
        return f"{wanted.type} became {seen.type}"
    if wanted.shape != seen.shape:
        return f"{wanted.type} of shape {wanted.shape} became one of shape {seen.shape}"
    if wanted.preview and seen.preview:
        return f"{' '.join(wanted.preview.split())} became {' '.join(seen.preview.split())}"
    return f"{wanted.type} holds something else"


def lost_lines(wanted: Iterable[str], printed: Iterable[str]) -> list[str]:
    """Return the lines that the notebook printed and the project did not."""
    kept = {line.strip() for line in printed}
    return [line for line in wanted if line.strip() and line.strip() not in kept]
