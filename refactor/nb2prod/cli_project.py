"""The commands about projects: `plan`, `refactor`, `add`, `verify`."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.capabilities import CAPABILITIES, with_needed
from nb2prod.cli_options import add_planning, add_running, capabilities

if TYPE_CHECKING:
    from nb2prod.emit.evidence import Evidence
    from nb2prod.pipeline.plan import Plan
    from nb2prod.verify.environment import Environment


class UsageError(Exception):
    """What was asked for can't be read or done; the message says why, in one sentence."""


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `plan`."""
    add_planning(parser)
    parser.add_argument("--format", choices=("yaml", "text", "mermaid", "html"), default="yaml")
    parser.set_defaults(run=_show_plan)


def add_refactor(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `refactor`."""
    add_planning(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--no-verify", action="store_true", help="do not run anything")
    parser.add_argument(
        "--with",
        dest="wanted",
        type=capabilities,
        default=frozenset(),
        metavar="NAMES",
        help=f"what the project shall have besides: {', '.join(CAPABILITIES)}",
    )
    add_running(parser, default="that of nb2prod")
    parser.set_defaults(run=_refactor)


def add_add(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `add`."""
    parser.add_argument("capability", choices=CAPABILITIES, help="what the project shall have")
    parser.add_argument(
        "project",
        type=Path,
        metavar="DIR",
        nargs="?",
        default=Path(),
        help="what refactor has made (default: this folder)",
    )
    add_running(parser, default="that in DIR/.venv, else that of nb2prod")
    parser.set_defaults(run=_add)


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `verify`."""
    parser.add_argument("project", type=Path, metavar="DIR", help="what refactor has made")
    add_running(parser, default="that in DIR/.venv, else that of nb2prod")
    parser.add_argument(
        "--update", action="store_true", help="write the verdict into proof.json and README.md"
    )
    parser.set_defaults(run=_verify)


def _plan(options: argparse.Namespace) -> Plan:
    from nb2prod.analysis.notebook_flow import analyse
    from nb2prod.analysis.statements import read_program
    from nb2prod.notebook import read_notebook
    from nb2prod.pipeline.data import LIMIT
    from nb2prod.pipeline.document import PlanFileError, read_plan_document
    from nb2prod.pipeline.plan import PlanError
    from nb2prod.pipeline.planner import make_plan

    limit = LIMIT if options.data_limit is None else options.data_limit
    notebook = read_notebook(options.notebook)
    program = read_program(notebook)
    if program.broken:
        first, *others = program.broken
        more = f"; so are the cells {', '.join(str(c.cell + 1) for c in others)}" if others else ""
        where = f"cell {first.cell + 1}, line {first.line}"
        raise PlanError(f"{where}: not Python 3: {first.message}{more}")
    if program.obstacles:
        number, text = program.obstacles[0]
        raise PlanError(f"cell {number + 1}: {text}")
    analysis = analyse(program)
    if options.plan is None:
        return make_plan(notebook, analysis, split=options.split, limit=limit)
    try:
        return read_plan_document(_text_of(options.plan), notebook, analysis, limit)
    except PlanFileError as error:
        raise UsageError(f"{options.plan}: {error}") from None


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(f"{path}: {reason}") from None


def _show_plan(options: argparse.Namespace) -> int:
    from nb2prod.serving.inference import with_served

    plan = with_served(_plan(options))
    if options.format == "yaml":
        from nb2prod.pipeline.document import plan_document

        print(plan_document(plan), end="")
    else:
        from nb2prod.report.page import plan_page
        from nb2prod.report.plans import plan_mermaid, plan_text

        form = {"text": plan_text, "mermaid": plan_mermaid, "html": plan_page}
        print(form[options.format](plan), end="")
    return 0


def _refactor(options: argparse.Namespace) -> int:
    from nb2prod.emit.evidence import Evidence
    from nb2prod.emit.update import FolderError, check_folder

    plan = _plan(options)
    plan = replace(plan, wanted=with_needed(plan.wanted | options.wanted))
    if plan.wanted and options.no_verify:
        raise UsageError("a service needs a run: it is checked by a replay of records")
    if plan.notebook.python_2:
        say("the notebook was written for Python 2, and is taken for Python 3")
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        say(f"no stage begins at cell {cell}: {reason}")
    try:
        check_folder(options.output)
        if options.no_verify:
            return _written(options.output, plan, Evidence())
        plan, evidence = _verified(plan, options, sys.executable)
        return _written(options.output, plan, evidence)
    except FolderError as error:
        raise UsageError(str(error)) from None


def _written(root: Path, plan: Plan, evidence: Evidence) -> int:
    """Write a project, and tell how it went."""
    from nb2prod.emit.project import project_files
    from nb2prod.emit.remarks import answered
    from nb2prod.emit.update import write_project
    from nb2prod.pipeline.data import left_behind

    for text in left_behind(plan.data):
        say(text)
    update = write_project(root, answered(project_files(plan, evidence)))
    for path in update.merged:
        say(f"{path}: merged with the changes made to it")
    for path in update.kept:
        say(f"{path}: kept with the changes made to it")
    for path in update.conflicts:
        say(f"{path}: kept as it is; what is new does not fit in, and lies in {path}.new")
    stages = "1 stage" if len(plan.stages) == 1 else f"{len(plan.stages)} stages"
    print(f"{root}: {stages}, {evidence.verdict}")
    return 1 if evidence.verdict.startswith("differs") else 0


def _add(options: argparse.Namespace) -> int:
    from nb2prod.emit.again import plan_again
    from nb2prod.emit.provenance_file import ProvenanceError, read_original
    from nb2prod.emit.update import FolderError
    from nb2prod.notebook import read_notebook
    from nb2prod.pipeline.document import PlanFileError
    from nb2prod.verify.places import rebuilt
    from nb2prod.verify.repeat import ProjectError, current

    root: Path = options.project
    try:
        original, _ = current(root, read_original(root))
        with rebuilt(root, original.provenance) as folder:
            shutil.copy2(root / original.provenance.notebook, folder)
            notebook = read_notebook(folder / Path(original.provenance.notebook).name)
            plan = plan_again(root, original, notebook)
            plan = replace(plan, wanted=with_needed(plan.wanted | {options.capability}))
            plan, evidence = _verified(plan, options, _own_python(root))
            if evidence.service is None:
                say(f"{root}: stays as it is")
                return 1
            return _written(root, plan, evidence)
    except (ProvenanceError, ProjectError, PlanFileError, FolderError) as error:
        raise UsageError(str(error)) from None


def _own_python(root: Path) -> str:
    own = root / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _verified(plan: Plan, options: argparse.Namespace, python: str) -> tuple[Plan, Evidence]:
    """Run notebook and project; return the plan that is left, and what the runs have shown."""
    from nb2prod.emit.evidence import Evidence
    from nb2prod.emit.project import package_name
    from nb2prod.emit.provenance import original_of
    from nb2prod.serving.inference import with_models_kept, with_served
    from nb2prod.verify.kernel import KernelError
    from nb2prod.verify.merge import verify_and_merge
    from nb2prod.verify.observation import Observation
    from nb2prod.verify.places import copied
    from nb2prod.verify.proof import proof
    from nb2prod.verify.recording import record
    from nb2prod.verify.trial import tried
    from nb2prod.verify.verdict import verdict_of_failure

    environment = _environment(options, python)
    if "api" in plan.wanted:
        plan = with_models_kept(with_served(plan))
    original = original_of(plan, package_name(plan))
    folder = plan.notebook.path.resolve().parent
    try:
        observed = Observation(original, environment, lambda: copied(folder))
    except KernelError as error:
        say(str(error))
        return plan, Evidence(verdict="unverified: the notebook was not run")
    if failure := observed.run.failure:
        say(failure.hint(environment.python))
        return plan, Evidence(verdict=verdict_of_failure(failure).text)
    found = verify_and_merge(plan, observed, environment)
    check = found.check
    if found.service:
        for why in found.service.passed:
            say(f"another model would come first: {why}")
        model = found.service.inference.sink.model
        say(f"the service of {plan.names.get(model, model)} {found.service.verdict}")
        if "onnx" in plan.wanted and not found.service.onnx:
            say(f"no ONNX: {found.service.unexportable(plan)}")
    elif found.unserved:
        say(f"no service: {found.unserved}")
    elif "api" in plan.wanted:
        say(f"no service: the project is {check.verdict.text}")
    recording = None
    if check.comparison.difference is None:
        recording = tried(found, record(found, environment), environment)
    return found.plan, Evidence(
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


def _environment(options: argparse.Namespace, default: str) -> Environment:
    from nb2prod.verify.environment import PythonError, environment_of

    progress = say if options.progress or sys.stderr.isatty() else _nothing
    deadline = time.monotonic() + options.time_limit
    try:
        return environment_of(options.python or default, deadline, progress)
    except PythonError as error:
        raise UsageError(str(error)) from None


def _verify(options: argparse.Namespace) -> int:
    from nb2prod.emit.provenance_file import ProvenanceError, read_original
    from nb2prod.emit.update import FolderError
    from nb2prod.verify.commands import PipelineError
    from nb2prod.verify.kernel import KernelError
    from nb2prod.verify.record import record, recorded
    from nb2prod.verify.repeat import ProjectError, check_again, current

    root: Path = options.project
    try:
        original, changed = current(root, read_original(root))
        for path in changed:
            say(f"{path} has changed since the project was made")
        environment = _environment(options, _own_python(root))
        check = check_again(root, original, environment)
        if failure := check.observed.run.failure:
            say(failure.hint(environment.python))
        before = recorded(root)
        if options.update and not record(root, check):
            say("README.md has no place for the verdict any more; proof.json has it")
    except (ProvenanceError, PipelineError, ProjectError, KernelError, FolderError) as error:
        raise UsageError(str(error)) from None
    if not options.update and before != check.verdict.text:
        say(f"the project says: {before}; --update lets it say this")
    print(f"{root}: {check.verdict.text}")
    return 0 if check.verdict.kind == "equal" else 1


def _nothing(_text: str) -> None:
    """Say nothing, where nobody watches."""


def say(text: str) -> None:
    """Tell something on standard error."""
    print(f"nb2prod: {text}", file=sys.stderr)
