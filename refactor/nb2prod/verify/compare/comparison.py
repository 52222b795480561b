"""Does the project compute what the notebook computed?"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.emit.provenance.provenance import Provenance, Traced
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.runs.dvc_commands import commands_of
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.observed_value import difference
from nb2prod.verify.runs.stage import Chance, StageRun, Watch, run_stage
from nb2prod.verify.runs.written_files import changed, differing_line, listed, written


@dataclass(frozen=True, slots=True)
class Difference:
    """The first value that the project computes differently, or the stage that fails.

    `function` and `name` are empty where the stage fails; of a file, `name` is its path.
    """

    stage: str
    function: str
    name: str
    reason: str
    timed_out: bool = False

    def __str__(self) -> str:
        """Say it in one sentence."""
        if self.function:
            return f"{self.function} (stage {self.stage}) gives another {self.name}: {self.reason}"
        if self.name:
            return f"stage {self.stage} writes another {self.name}: {self.reason}"
        return f"stage {self.stage} fails: {self.reason}"


@dataclass(slots=True)
class Comparison:
    """What was compared, and how it went; labels are `function.name`."""

    equal: dict[str, str] = field(default_factory=dict[str, str])  # label -> digest
    unsteady: list[str] = field(default_factory=list[str])
    skipped: dict[str, str] = field(default_factory=dict[str, str])  # label -> why
    drawn: list[str] = field(default_factory=list[str])  # figures, which are not compared
    gone: dict[str, str] = field(default_factory=dict[str, str])  # function -> why
    files: dict[str, str] = field(default_factory=dict[str, str])  # equal: path -> SHA-256
    opaque: list[str] = field(default_factory=list[str])  # files of which only bytes are known
    lost_files: list[str] = field(default_factory=list[str])
    printed: list[str] = field(default_factory=list[str])
    lost_lines: list[str] = field(default_factory=list[str])  # that the notebook prints each time
    loaded: set[str] = field(default_factory=set[str])  # top-level modules
    metrics: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    figures: int = 0  # files
    difference: Difference | None = None


def compare(
    provenance: Provenance,
    project: Path,
    observed: Observation,
    environment: Environment,
    state: Path,
    left_out: Collection[str] = (),
) -> Comparison:
    """Run the stages of a project one after the other, and stop at the first difference.

    Args:
        provenance: Where the project comes from.
        project: Its folder.
        observed: What the notebook computed.
        environment: The Python to run it, until when.
        state: The file that carries the random generators from stage to stage.
        left_out: Stages that compute nothing of the notebook.

    Raises:
        PipelineError: the project's pipeline can't be run.
    """
    result = Comparison()
    watches = [_watch(function, observed) for function in provenance.functions]
    there: set[str] = set()
    called: set[str] = set()
    writers: dict[str, str] = {}
    commands = [command for command in commands_of(project) if command.stage not in left_out]
    seeded_before = {stage.name: stage.seeded_before for stage in provenance.stages}
    for number, command in enumerate(commands, 1):
        environment.progress(f"running the stage {command.stage} ({number} of {len(commands)})")
        # Generators that the notebook has seeded by now the stages have to hand on themselves:
        # they begin with another seed. The others go on as they would in one process.
        chance = Chance(provenance.seeded, seeded_before.get(command.stage, ()), number, state)
        before = listed(project)
        run = run_stage(project, command, provenance.package, watches, chance, environment)
        writers |= dict.fromkeys(changed(project, before), command.stage)
        there |= run.functions
        called |= run.values.keys()
        result.printed += run.printed
        result.loaded |= run.loaded
        result.difference = _difference(provenance, command.stage, run, observed, result)
        if result.difference:
            return result
    result.metrics = dict(_metrics(project))
    result.figures = sum(1 for _ in project.glob("reports/figures/*/*"))
    result.gone |= _gone(provenance, there, called)
    result.difference = _other_file(project, observed, writers, result)
    kept = {line.strip() for line in result.printed}
    lost = [line for line in observed.run.printed if line.strip() and line.strip() not in kept]
    result.lost_lines = observed.steady_lines(lost)
    return result


def _watch(function: Traced, observed: Observation) -> Watch:
    stored = observed.stored[function.until]
    return Watch(
        function.name,
        tuple(function.gives),
        tuple(name for name, variable in function.gives.items() if variable in stored),
    )


def _difference(provenance: Provenance, stage: str, run: StageRun, observed: Observation,
                result: Comparison) -> Difference | None:  # fmt: skip
    if run.failure:
        return Difference(stage, "", "", run.failure, run.timed_out)
    for function in provenance.functions:
        if function.name not in run.values:
            continue
        got = run.values[function.name]
        if got is None:
            result.gone[function.name] = "it gives another number of values"
            continue
        for name, variable in function.gives.items():
            label = f"{function.name}.{name}"
            wanted, seen = observed.value(function.until, variable), got[name]
            if wanted and wanted.is_figure:
                result.drawn.append(label)
            elif wanted is None or wanted.digest is None:
                result.skipped[label] = wanted.why if wanted else "not seen in the notebook"
            elif seen.digest is None:
                result.skipped[label] = seen.why
            elif seen.digest == wanted.digest:
                result.equal[label] = wanted.digest
            elif not observed.steady(function.until, variable):
                result.unsteady.append(label)
            else:
                return Difference(stage, function.name, name, difference(wanted, seen))
    return None


def _gone(provenance: Provenance, there: set[str], called: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the functions whose values could not be seen, and why."""
    for function in provenance.functions:
        if function.gives and function.name not in there:
            yield function.name, "there is no such function any more"
        elif function.gives and function.name not in called:
            yield function.name, "no stage calls it"


def _metrics(project: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the metrics that each stage wrote."""
    for path in sorted(project.glob("metrics/*.json")):
        yield path.stem, json.loads(path.read_text("utf-8"))


def _other_file(project: Path, observed: Observation, writers: Mapping[str, str],
                result: Comparison) -> Difference | None:  # fmt: skip
    """Compare the files that notebook and project write; return the first that differs."""
    for path, wanted in observed.run.written.items():
        if path not in writers:
            if observed.steady_file(path):
                result.lost_files.append(path)
            continue
        got = written(project / path)
        if got.sha256 == wanted.sha256:
            result.files[path] = got.sha256
        elif wanted.text is None or got.text is None:
            result.opaque.append(path)
        elif observed.steady_file(path):
            return Difference(writers[path], "", path, differing_line(wanted.text, got.text))
        else:
            result.unsteady.append(path)
    return None
