"""Conversion of a plan into a written project, for the command line and the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from nb2prod import capability
from nb2prod.capability import Material, RefusedError, Trial, capabilities_of
from nb2prod.emit.contribution import ConflictError, Contribution
from nb2prod.emit.draft import Draft, draft_of
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import project_files
from nb2prod.emit.provenance.plan_again import plan_again, settings_of
from nb2prod.emit.provenance.provenance import Original
from nb2prod.emit.pylint_comments import with_pylint_comments
from nb2prod.emit.update import Update, write_project
from nb2prod.emit.writer import GeneratedFile
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.held_secrets import refuse_secrets
from nb2prod.pipeline.plan import Plan
from nb2prod.planning import with_capabilities
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.compare.verdict import verdict_of_failure
from nb2prod.verify.project_tests.record_calls import record
from nb2prod.verify.project_tests.try_tests import without_failing_tests
from nb2prod.verify.proof import proof
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.kernel import KernelError
from nb2prod.verify.runs.sandbox import copied_sandbox
from nb2prod.verify.verify_and_merge import Verified, verified_and_merged

Notify = Callable[[str], None]  # shows a message to the user while the conversion runs


class Conversion(NamedTuple):
    """A project that is ready to be written.

    Attributes:
        draft: The project.
        evidence: The results of running the notebook and the project.
        contributions: Capability -> the files, modules, … that it adds.
        refused: Capability -> the reason why the project can't have it.
    """

    draft: Draft
    evidence: Evidence
    contributions: Mapping[str, Contribution]
    refused: Mapping[str, str]


def plan_of_project(root: Path, original: Original, notebook: Notebook) -> Plan:
    """Return the plan of an existing project, with the capabilities that it has.

    Args:
        root: The project.
        original: Its notebook and provenance.
        notebook: The notebook in a folder that has the files which it reads.

    Raises:
        PlanFileError: The provenance lists no stages, or names something that does not exist.
        PlanError: The stages are not sound, or the notebook holds a secret.
    """
    refuse_secrets(notebook)
    plan = plan_again(root, original, notebook, capability.reserved())
    settings = settings_of(root)
    has = capabilities_of(settings)
    for name in has:
        if resume := capability.load(name).resume:
            plan = resume(plan, settings)
    return with_capabilities(plan, has)


def convert_without_running(plan: Plan) -> Conversion:
    """Return the project of a plan, unverified, without the capabilities that need a run."""
    draft, evidence = draft_of(plan), Evidence()
    wanted = capability.with_needed(plan.wanted)
    refused = dict.fromkeys(capability.needs_run(wanted), "only a run can show that it works")
    contributions = contributions_of(draft, evidence, {}, _accepted(wanted, refused))
    return Conversion(draft, evidence, contributions, refused)


def convert(plan: Plan, environment: Environment, notify: Notify) -> Conversion:
    """Run the notebook and the project of its plan, and compare their results.

    Stages whose results differ from the notebook's are joined to the stage before them.
    """
    wanted = capability.with_needed(plan.wanted)
    for name in wanted:
        if prepare := capability.load(name).prepare:
            plan = prepare(plan)
    draft = draft_of(plan)
    folder = plan.notebook.path.resolve().parent
    try:
        observed = Observation(draft.original, environment, lambda: copied_sandbox(folder))
    except KernelError as error:
        notify(str(error))
        return _unverified(draft, wanted, "unverified: the notebook was not run")
    if failure := observed.run.failure:
        notify(failure.hint(environment.python))
        return _unverified(draft, wanted, verdict_of_failure(failure).text)
    with verified_and_merged(plan, observed, environment) as found:
        proofs, refused = _proved(found, wanted, environment, notify)
        evidence = _evidence(found, environment)
        accepted = _accepted(wanted, refused)
        contributions = contributions_of(found.draft, evidence, proofs, accepted)
        return Conversion(found.draft, evidence, contributions, refused)


def _unverified(draft: Draft, wanted: tuple[str, ...], verdict: str) -> Conversion:
    evidence = Evidence(verdict=verdict)
    refused = dict.fromkeys(capability.needs_run(wanted), f"the project is {verdict}")
    contributions = contributions_of(draft, evidence, {}, _accepted(wanted, refused))
    return Conversion(draft, evidence, contributions, refused)


def _evidence(found: Verified, environment: Environment) -> Evidence:
    check = found.check
    recording = None
    if check.comparison.difference is None:
        recording = without_failing_tests(found, record(found, environment), environment)
    return Evidence(
        recording,
        check.verdict.text,
        tuple(check.limitations),
        proof(check, recording and recording.summary),
        check.comparison.metrics,
        environment.installed,
        frozenset(check.comparison.loaded),
    )


def _proved(
    found: Verified, wanted: tuple[str, ...], environment: Environment, notify: Notify
) -> tuple[dict[str, object], dict[str, str]]:
    """Prove the capabilities that need a run; return their proofs and the refusals, by name."""
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
                notify(message)
    return proofs, refused


def _accepted(wanted: tuple[str, ...], refused: dict[str, str]) -> list[str]:
    """Return the capabilities that are not refused; refuse also those that need a refused one."""
    for name in wanted:
        if name not in refused and (missing := refused.keys() & capability.load(name).needs):
            refused[name] = f"it needs {min(missing)}"
    return [name for name in wanted if name not in refused]


def contributions_of(
    draft: Draft, evidence: Evidence, proofs: Mapping[str, object], accepted: Iterable[str]
) -> dict[str, Contribution]:
    """Return the contributions of capabilities to a project, by capability.

    Args:
        draft: The project.
        evidence: The results of running it.
        proofs: The values that the capabilities' `prove` returned, by capability.
        accepted: The capabilities, each after those that it needs.

    Raises:
        ConflictError: A capability adds a stage whose name is not one of its modules.
    """
    hooks: dict[str, tuple[str, ...]] = {}
    accepted = list(accepted)
    for name in accepted:
        for point, hook in capability.load(name).hooks.items():
            hooks[point] = (*hooks.get(point, ()), hook)
    material = Material(draft, evidence, proofs, hooks)
    contributions = {name: capability.load(name).contribute(material) for name in accepted}
    for name, contribution in contributions.items():
        # Only these names are reserved: a stage of the notebook may have any other.
        if other := contribution.stages.keys() - capability.modules(name):
            raise ConflictError(
                f"the stage {min(other)} of {name} has no module; add the template "
                f"nb2prod_templates/{name}/package/{min(other)}.py.jinja"
            )
    return contributions


def files_of(conversion: Conversion) -> list[GeneratedFile]:
    """Return all files of a project, with comments that disable Pylint's remarks one by one."""
    draft, evidence, contributions, _ = conversion
    return with_pylint_comments(project_files(draft, evidence, contributions))


def write(root: Path, conversion: Conversion) -> tuple[Update, list[str]]:
    """Write a project into a folder, and keep the changes that the user made there.

    Returns:
        The files that the user had changed, and messages about what capabilities installed.

    Raises:
        FolderError: The folder holds something else, or can't be written to.
    """
    update = write_project(root, files_of(conversion))
    done: list[str] = []
    for name in conversion.contributions:
        if install := capability.load(name).install:
            done += install(root)
    return update, done
