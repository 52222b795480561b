"""From a plan to a written project: the one way, for the command line and the editor alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from nb2prod import capability
from nb2prod.capability import Material, RefusedError, Trial, capabilities_of
from nb2prod.emit.contribution import Contribution
from nb2prod.emit.draft import Draft, draft_of
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import project_files
from nb2prod.emit.provenance.plan_again import plan_again, settings_of
from nb2prod.emit.provenance.provenance import Original
from nb2prod.emit.pylint_comments import answered
from nb2prod.emit.update import Update, write_project
from nb2prod.emit.writer import GeneratedFile
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.plan import Plan
from nb2prod.planning import with_capabilities
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.compare.verdict import verdict_of_failure
from nb2prod.verify.project_tests.record_calls import record
from nb2prod.verify.project_tests.trial import tried
from nb2prod.verify.proof import proof
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.kernel import KernelError
from nb2prod.verify.runs.sandbox import copied
from nb2prod.verify.verify_and_merge import Verified, verified_and_merged

Tell = Callable[[str], None]  # takes messages for the person who waits


class Conversion(NamedTuple):
    """A project that can be written.

    Attributes:
        draft: the project.
        evidence: what runs of the notebook and the project have shown.
        contributions: what its capabilities add, by their names.
        refused: why it can't have a capability, by its name.
    """

    draft: Draft
    evidence: Evidence
    contributions: Mapping[str, Contribution]
    refused: Mapping[str, str]


def plan_made_before(root: Path, original: Original, notebook: Notebook) -> Plan:
    """Return the plan of a project that was made before, with the capabilities that it has.

    Args:
        root: The project.
        original: Where it comes from.
        notebook: Its notebook, in a folder with what it reads.

    Raises:
        PlanFileError: The project does not say what its stages are, or names what is not there.
        PlanError: Its stages are not sound.
    """
    plan = plan_again(original, notebook, capability.reserved())
    settings = settings_of(root)
    has = capabilities_of(settings)
    for name in has:
        if resume := capability.load(name).resume:
            plan = resume(plan, settings)
    return with_capabilities(plan, has)


def unrun(plan: Plan) -> Conversion:
    """Return the project of a plan of which nothing is run, without what a run has to show."""
    draft, evidence = draft_of(plan), Evidence()
    wanted = capability.with_needed(plan.wanted)
    refused = dict.fromkeys(capability.needs_run(wanted), "only a run shows that it works")
    contributions = contributions_of(draft, evidence, {}, _given(wanted, refused))
    return Conversion(draft, evidence, contributions, refused)


def convert(plan: Plan, environment: Environment, tell: Tell) -> Conversion:
    """Run the notebook and the project of its plan, and compare.

    Stages are joined where they differ from the notebook.
    """
    wanted = capability.with_needed(plan.wanted)
    for name in wanted:
        if prepare := capability.load(name).prepare:
            plan = prepare(plan)
    draft = draft_of(plan)
    folder = plan.notebook.path.resolve().parent
    try:
        observed = Observation(draft.original, environment, lambda: copied(folder))
    except KernelError as error:
        tell(str(error))
        return _unverified(draft, wanted, "unverified: the notebook was not run")
    if failure := observed.run.failure:
        tell(failure.hint(environment.python))
        return _unverified(draft, wanted, verdict_of_failure(failure).text)
    with verified_and_merged(plan, observed, environment) as found:
        proofs, refused = _proved(found, wanted, environment, tell)
        evidence = _evidence(found, environment)
        given = _given(wanted, refused)
        contributions = contributions_of(found.draft, evidence, proofs, given)
        return Conversion(found.draft, evidence, contributions, refused)


def _unverified(draft: Draft, wanted: tuple[str, ...], verdict: str) -> Conversion:
    evidence = Evidence(verdict=verdict)
    refused = dict.fromkeys(capability.needs_run(wanted), f"the project is {verdict}")
    contributions = contributions_of(draft, evidence, {}, _given(wanted, refused))
    return Conversion(draft, evidence, contributions, refused)


def _evidence(found: Verified, environment: Environment) -> Evidence:
    check = found.check
    recording = None
    if check.comparison.difference is None:
        recording = tried(found, record(found, environment), environment)
    return Evidence(
        recording,
        check.verdict.text,
        tuple(check.remarks),
        proof(check, recording and recording.summary),
        check.comparison.metrics,
        environment.installed,
        frozenset(check.comparison.loaded),
    )


def _proved(
    found: Verified, wanted: tuple[str, ...], environment: Environment, tell: Tell
) -> tuple[dict[str, object], dict[str, str]]:
    """Have the capabilities shown that need a run; return what they have shown, and refusals."""
    proofs: dict[str, object] = {}
    refused: dict[str, str] = {}
    for name in wanted:
        its = capability.load(name)
        if its.prove is None or refused.keys() & its.needs:
            continue
        if found.check.comparison.difference is not None:
            refused[name] = f"the project is {found.check.verdict.text}"
            continue
        try:
            shown = its.prove(Trial(found.draft, found.root, environment, proofs))
        except RefusedError as error:
            refused[name] = str(error)
        else:
            proofs[name] = shown.value
            for message in shown.messages:
                tell(message)
    return proofs, refused


def _given(wanted: tuple[str, ...], refused: dict[str, str]) -> list[str]:
    """Return the capabilities that are not refused; note those that build on one that is."""
    for name in wanted:
        if name not in refused and (missing := refused.keys() & capability.load(name).needs):
            refused[name] = f"it needs {min(missing)}"
    return [name for name in wanted if name not in refused]


def contributions_of(
    draft: Draft, evidence: Evidence, proofs: Mapping[str, object], given: Iterable[str]
) -> dict[str, Contribution]:
    """Return what capabilities add to a project, by their names.

    Args:
        draft: The project.
        evidence: What runs of it have shown.
        proofs: What they have shown of capabilities, by their names.
        given: The capabilities, each behind what it needs.
    """
    hooks: dict[str, tuple[str, ...]] = {}
    given = list(given)
    for name in given:
        for point, hook in capability.load(name).hooks.items():
            hooks[point] = (*hooks.get(point, ()), hook)
    material = Material(draft, evidence, proofs, hooks)
    return {name: capability.load(name).contribute(material) for name in given}


def files_of(conversion: Conversion) -> list[GeneratedFile]:
    """Return all files of a project, with comments where Pylint would object."""
    draft, evidence, contributions, _ = conversion
    return answered(project_files(draft, evidence, contributions))


def write(root: Path, conversion: Conversion) -> tuple[Update, list[str]]:
    """Write a project into a folder, and keep what a person has changed there.

    Returns:
        What became of its files, and what capabilities did in the folder besides.

    Raises:
        FolderError: The folder is no place for it, or can't be written to.
    """
    update = write_project(root, files_of(conversion))
    done: list[str] = []
    for name in conversion.contributions:
        if install := capability.load(name).install:
            done += install(root)
    return update, done
