"""Does the project compute what the notebook computed?"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.emit.project import package_name
from nb2prod.pipeline.plan import Plan, Stage, Step
from nb2prod.verify.expectation import Expectation
from nb2prod.verify.notebook_run import Environment
from nb2prod.verify.project_run import ScriptRun, Watch, run_script


@dataclass(frozen=True, slots=True)
class Difference:
    """The first value that the project computes differently, or the stage that fails."""

    stage: int
    step: str
    name: str
    reason: str
    timed_out: bool = False


@dataclass(slots=True)
class Comparison:
    """What was compared, and how it went."""

    equal: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # function -> names
    skipped: dict[str, str] = field(default_factory=dict[str, str])  # function.name -> why
    difference: Difference | None = None
    seconds: float = 0.0


def compare(
    plan: Plan,
    project: Path,
    expected: Expectation,
    environment: Environment,
    *,
    examples: Path | None = None,
) -> Comparison:
    """Run the stages of a project one after the other, and stop at the first difference."""
    result = Comparison()
    package = package_name(plan)
    for index, stage in enumerate(plan.stages):
        environment.progress(f"running the stage {stage.name} ({index + 1} of {len(plan.stages)})")
        watches = [_watch(plan, stage, step, package) for step in stage.steps]
        run = run_script(
            project, "src/run.py", [stage.name], watches,
            python=environment.python, timeout=environment.seconds_left, examples=examples,
        )  # fmt: skip
        result.seconds += run.seconds
        if run.failure:
            result.difference = Difference(index, stage.name, "", run.failure, run.timed_out)
            return result
        for step in stage.steps:
            result.difference = _step(plan, index, step, package, stage, run, expected, result)
            if result.difference:
                return result
    return result


def _watch(plan: Plan, stage: Stage, step: Step, package: str) -> Watch:
    returned = tuple(plan.names.get(n, n) for n in step.outputs)
    return Watch(f"{package}.{stage.name}", step.name, returned)


def _step(plan: Plan, index: int, step: Step, package: str, stage: Stage, run: ScriptRun,
          expected: Expectation, result: Comparison) -> Difference | None:  # fmt: skip
    got = run.calls.get(f"{package}.{stage.name}.{step.name}", {})
    for name in step.outputs:
        label = f"{step.name}.{name}"
        wanted = expected.at(step.statements[-1] + 1, name)
        seen = got.get(plan.names.get(name, name))
        if wanted is None or wanted.digest is None:
            result.skipped[label] = wanted.why if wanted else "not seen in the notebook"
        elif seen is None or seen.digest is None:
            result.skipped[label] = seen.why if seen else "not seen in the project"
        elif seen.digest == wanted.digest:
            result.equal.setdefault(step.name, []).append(name)
        else:
            reason = f"{wanted.type} {wanted.preview or ''} became {seen.type} {seen.preview or ''}"
            return Difference(index, step.name, name, reason)
    return None


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for projects that are tried out."""
    return tempfile.TemporaryDirectory(prefix="nb2prod-")
