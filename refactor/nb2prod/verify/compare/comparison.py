"""Run the project, and compare its values, files and printed lines with the notebook's."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.emit.provenance.provenance import Provenance, Traced
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.compare.shown_items import is_compared, missing, still_missing
from nb2prod.verify.compare.volatile import rule_for
from nb2prod.verify.runs.dvc_commands import Command, commands_of, outs_of_stage
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.observed_value import difference
from nb2prod.verify.runs.shown import shown
from nb2prod.verify.runs.stage import Seeding, StageRun, Watch, run_stage
from nb2prod.verify.runs.written_files import (
    changed_files,
    list_files,
    text_difference,
    written_file,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first value or file that the project computes differently, or the stage that fails.

    Attributes:
        stage: the stage that computes it, or fails.
        function: the function that returns the value; empty for a file or a failure.
        name: the value, or the path of the file; empty for a failure.
        reason: how it differs, or why the stage fails.
        timed_out: whether the stage reached the time limit.
        of_stage: whether `reason` continues a sentence that begins with the stage.
    """

    stage: str
    function: str
    name: str
    reason: str
    timed_out: bool = False
    of_stage: bool = False

    def __str__(self) -> str:
        """Return it as one sentence."""
        if self.function:
            call = f"{self.function} (stage {self.stage})"
            return f"{call} returns a different value for {self.name}: {self.reason}"
        if self.of_stage:
            return f"stage {self.stage} {self.reason}"
        if self.name:
            return f"stage {self.stage} writes a different {self.name}: {self.reason}"
        return f"stage {self.stage} fails: {self.reason}"


@dataclass(slots=True)
class Comparison:
    """The results of a comparison; a value's label is `function.name`.

    Attributes:
        equal: the digests of equal values, by their labels.
        varying: the labels of values that differ from run to run of the notebook itself.
        skipped: why values can't be compared, by their labels.
        figure_values: the labels of figures, which are not compared.
        unobserved: why the values of functions were not observed, by the functions' names.
        equal_files: the hashes of equal files, by their paths.
        varying_files: the paths of files that differ from run to run of the notebook itself.
        unequal_bytes: the paths of binary files that differ, which may hold the same content.
        shown: the number of lines and displayed values that the project shows as the notebook.
        varying_lines: those that differ from run to run of the notebook itself.
        volatile_lines: those that differ only in a time, an address, ...: the rule that says so.
        loaded: the top-level modules that the project imports.
        metrics: the metrics that each stage wrote.
        figures: the number of figures that the project saved.
        difference: the first difference; None if all are equal.
    """

    equal: dict[str, str] = field(default_factory=dict[str, str])
    varying: list[str] = field(default_factory=list[str])
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    figure_values: list[str] = field(default_factory=list[str])
    unobserved: dict[str, str] = field(default_factory=dict[str, str])
    equal_files: dict[str, str] = field(default_factory=dict[str, str])
    varying_files: list[str] = field(default_factory=list[str])
    unequal_bytes: list[str] = field(default_factory=list[str])
    shown: int = 0
    varying_lines: list[str] = field(default_factory=list[str])
    volatile_lines: dict[str, str] = field(default_factory=dict[str, str])
    loaded: set[str] = field(default_factory=set[str])
    metrics: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    figures: int = 0
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
        provenance: The origin of each function in the notebook.
        project: The folder of the project.
        observed: The values, lines and files of the notebook.
        environment: The Python that runs the project, and the deadline.
        state: The file that carries the random generators from stage to stage.
        left_out: Stages that compute nothing of the notebook.

    Raises:
        PipelineError: the project's pipeline can't be run.
    """
    result = Comparison()
    watches = [_watch(function, observed) for function in provenance.functions]
    defined: set[str] = set()
    called: set[str] = set()
    writers: dict[str, str] = {}
    commands = [command for command in commands_of(project) if command.stage not in left_out]
    seeded_before = {stage.name: stage.seeded_before for stage in provenance.stages}
    for number, command in enumerate(commands, 1):
        environment.progress(f"running the stage {command.stage} ({number} of {len(commands)})")
        # The stages have to carry on generators that the notebook has seeded by then: these
        # begin with another seed. The others go on as they would in one process.
        reseeded = seeded_before.get(command.stage, ())
        seeding = Seeding(provenance.seeded, reseeded, number, state)
        before = list_files(project)
        run = run_stage(project, command, provenance.package, watches, seeding, environment)
        writers |= dict.fromkeys(changed_files(project, before), command.stage)
        defined |= run.functions
        called |= run.values.keys()
        result.loaded |= run.loaded
        result.difference = (
            _compare_values(provenance, command.stage, run, observed, result)
            or _compare_shown(provenance, command.stage, run, observed, result)
            or _missing_output(project, command, commands[number:])
        )
        if result.difference:
            return result
    result.metrics = dict(_metrics(project))
    result.figures = sum(1 for _ in project.glob("reports/figures/*/*"))
    result.unobserved |= _unobserved(provenance, defined, called)
    last = commands[-1].stage if commands else ""
    result.difference = _compare_files(project, observed, writers, last, result)
    return result


def _watch(function: Traced, observed: Observation) -> Watch:
    stored = observed.stored[function.until]
    return Watch(
        function.name,
        tuple(function.gives),
        tuple(name for name, variable in function.gives.items() if variable in stored),
    )


def _compare_values(
    provenance: Provenance,
    stage: str,
    run: StageRun,
    observed: Observation,
    result: Comparison,
) -> Difference | None:
    """Add the values of a stage to the result; return the first that differs."""
    if run.failure:
        return Difference(stage, "", "", run.failure, run.timed_out)
    for function in provenance.functions:
        if function.name not in run.values:
            continue
        returned = run.values[function.name]
        if returned is None:
            result.unobserved[function.name] = "it returns a different number of values"
            continue
        for name, variable in function.gives.items():
            label = f"{function.name}.{name}"
            expected, actual = observed.value(function.until, variable), returned[name]
            if expected and expected.is_figure:
                result.figure_values.append(label)
            elif expected is None or expected.digest is None:
                result.skipped[label] = expected.why if expected else "the notebook never set it"
            elif actual.digest is None:
                result.skipped[label] = actual.why
            elif actual.digest == expected.digest:
                result.equal[label] = expected.digest
            elif not observed.is_reproducible(function.until, variable):
                result.varying.append(label)
            else:
                return Difference(stage, function.name, name, difference(expected, actual))
    return None


def _missing_output(project: Path, command: Command, later: Sequence[Command]) -> Difference | None:
    """Return the first output that a stage has not written, for which DVC would refuse it."""
    if any(other.stage == command.stage for other in later):
        return None
    for path in sorted(outs_of_stage(project, command.stage)):
        if not (project / path).exists():
            reason = f"does not write {path}, which dvc.yaml lists among its outputs"
            return Difference(command.stage, "", "", reason, of_stage=True)
    return None


def _compare_shown(
    provenance: Provenance,
    stage: str,
    run: StageRun,
    observed: Observation,
    result: Comparison,
) -> Difference | None:
    """Count what a stage shows as the notebook does; return the first thing that it does not."""
    statements = provenance.statements_of(stage)
    if statements is None:
        return None
    begin, end = statements
    expected = observed.shown(begin, end)
    actual = [item for item in shown(run.shown, provenance.package) if is_compared(item)]
    found = missing(expected, actual)
    result.shown += len(expected) - len(found)
    if not found:
        return None
    again = observed.shown_again(begin, end)
    for each in still_missing(found, again):
        return Difference(stage, "", "", str(each), of_stage=True)
    changed = {m.item.key: m.instead for m in missing(expected, again)}
    for each in found:
        item, other = each.item, changed.get(each.item.key)
        rule = rule_for(item.text, other.text) if other else None
        if rule and not any(rule_for(item.text, line.text) for line in actual):
            # The rest of the line is no chance, and the project prints no line with it.
            return Difference(stage, "", "", str(each), of_stage=True)
        if rule:
            result.volatile_lines[str(item)] = rule
        else:
            result.varying_lines.append(str(item))
    return None


def _unobserved(
    provenance: Provenance, defined: set[str], called: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield the functions whose values were not observed, and why."""
    for function in provenance.functions:
        if function.gives and function.name not in defined:
            yield (
                function.name,
                "no such function; if you renamed it, rename it in .nb2prod/provenance.yaml too",
            )
        elif function.gives and function.name not in called:
            yield function.name, "no stage calls it"


def _metrics(project: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the metrics that each stage wrote."""
    for path in sorted(project.glob("metrics/*.json")):
        yield path.stem, json.loads(path.read_text("utf-8"))


def _compare_files(
    project: Path,
    observed: Observation,
    writers: Mapping[str, str],
    last: str,
    result: Comparison,
) -> Difference | None:
    """Add the files that the notebook writes to the result; return the first that differs."""
    for path, expected in observed.run.written.items():
        if path not in writers:
            if observed.is_reproducible_file(path):
                reason = f"does not write {path}, as the notebook does"
                return Difference(last, "", "", reason, of_stage=True)
            continue
        actual = written_file(project / path)
        if actual.sha256 == expected.sha256:
            result.equal_files[path] = actual.sha256
        elif expected.text is None or actual.text is None:
            result.unequal_bytes.append(path)
        elif observed.is_reproducible_file(path):
            return Difference(writers[path], "", path, text_difference(expected.text, actual.text))
        else:
            result.varying_files.append(path)
    return None
