"""From a notebook to a written project: the one way, for the command line and the editor alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import Program, read_program
from nb2prod.capabilities.api.slice.inference import with_models_kept, with_served
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.project import package_name, project_files
from nb2prod.emit.provenance.provenance import original_of
from nb2prod.emit.pylint_comments import answered
from nb2prod.emit.update import Update, write_project
from nb2prod.emit.writer import GeneratedFile
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.data import LIMIT
from nb2prod.pipeline.plan import Plan, PlanError
from nb2prod.pipeline.plan_file import PlanFileError, read_plan_document
from nb2prod.pipeline.planner import make_plan
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.compare.verdict import verdict_of_failure
from nb2prod.verify.project_tests.record_calls import record
from nb2prod.verify.project_tests.trial import tried
from nb2prod.verify.proof import proof
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.kernel import KernelError
from nb2prod.verify.runs.sandbox import copied
from nb2prod.verify.verify_and_merge import Verified, verify_and_merge

Tell = Callable[[str], None]  # takes messages for the person who waits


class InputError(Exception):
    """A file that was handed in can't be used; the message says which and why."""


class Conversion(NamedTuple):
    """A plan, and what runs of the notebook and the project have shown of it."""

    plan: Plan
    evidence: Evidence


def plan_of(
    notebook: Notebook, *, split: str = "auto", plan_file: Path | None = None, limit: int = LIMIT
) -> Plan:
    """Return the plan of a notebook, or the one that a person has edited.

    Args:
        notebook: The notebook.
        split: "auto", "headings" (a stage for each H2) or "none" (one stage).
        plan_file: An edited plan, which says itself where stages begin.
        limit: The size in bytes above which a data file is not copied.

    Raises:
        PlanError: The notebook can't become a pipeline; the message has the cell and the reason.
        InputError: The plan's file can't be read, or is no plan of this notebook.
    """
    program = read_program(notebook)
    _refuse(program)
    analysis = analyse(program)
    if plan_file is None:
        return make_plan(notebook, analysis, split=split, limit=limit)
    try:
        return read_plan_document(_text_of(plan_file), notebook, analysis, limit)
    except PlanFileError as error:
        raise InputError(f"{plan_file}: {error}") from None


def _refuse(program: Program) -> None:
    """Raise for cells that are not Python, or that no project can do."""
    if program.broken:
        first, *others = program.broken
        more = f"; so are the cells {', '.join(str(c.cell + 1) for c in others)}" if others else ""
        where = f"cell {first.cell + 1}, line {first.line}"
        raise PlanError(f"{where}: not Python 3: {first.message}{more}")
    if program.obstacles:
        number, text = program.obstacles[0]
        raise PlanError(f"cell {number + 1}: {text}")


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"{path}: {reason}") from None


def convert(plan: Plan, environment: Environment, tell: Tell) -> Conversion:
    """Run the notebook and the project of its plan, and compare.

    Returns:
        The plan that is left, stages joined where they differed, and what the runs have shown.
    """
    if "api" in plan.wanted:
        plan = with_models_kept(with_served(plan))
    original = original_of(plan, package_name(plan))
    folder = plan.notebook.path.resolve().parent
    try:
        observed = Observation(original, environment, lambda: copied(folder))
    except KernelError as error:
        tell(str(error))
        return Conversion(plan, Evidence(verdict="unverified: the notebook was not run"))
    if failure := observed.run.failure:
        tell(failure.hint(environment.python))
        return Conversion(plan, Evidence(verdict=verdict_of_failure(failure).text))
    found = verify_and_merge(plan, observed, environment)
    _tell_of_service(plan, found, tell)
    check = found.check
    recording = None
    if check.comparison.difference is None:
        recording = tried(found, record(found, environment), environment)
    evidence = Evidence(
        found.suffixes,
        recording,
        check.verdict.text,
        tuple(check.remarks),
        proof(check, recording and recording.summary),
        check.comparison.metrics,
        environment.installed,
        frozenset(check.comparison.loaded),
        found.service,
        "docker" in plan.wanted,
    )
    return Conversion(found.plan, evidence)


def _tell_of_service(plan: Plan, found: Verified, tell: Tell) -> None:
    if found.service:
        for why in found.service.passed:
            tell(f"another model would come first: {why}")
        model = found.service.inference.sink.model
        tell(f"the service of {plan.names.get(model, model)} {found.service.verdict}")
        if "onnx" in plan.wanted and not found.service.onnx:
            tell(f"no ONNX: {found.service.unexportable(plan)}")
    elif found.unserved:
        tell(f"no service: {found.unserved}")
    elif "api" in plan.wanted:
        tell(f"no service: the project is {found.check.verdict.text}")


def files_of(conversion: Conversion) -> list[GeneratedFile]:
    """Return all files of a project, with comments where Pylint would object."""
    return answered(project_files(conversion.plan, conversion.evidence))


def write(root: Path, conversion: Conversion) -> Update:
    """Write a project into a folder, and keep what a person has changed there.

    Raises:
        FolderError: The folder is no place for it, or can't be written to.
    """
    return write_project(root, files_of(conversion))
