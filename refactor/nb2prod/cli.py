"""The command line."""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod import cli_check, cli_diff, cli_doctor

if TYPE_CHECKING:
    from nb2prod.emit.evidence import Evidence
    from nb2prod.pipeline.plan import Plan
    from nb2prod.verify.environment import Environment


class UsageError(Exception):
    """What was asked for can't be read or done; the message says why, in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run nb2prod; return 0, 1 (refused, not equal) or 2 (usage, unreadable input)."""
    options = _parser().parse_args(arguments)
    if options.run in {cli_check.run_check, cli_check.run_rule, cli_doctor.run_doctor}:
        return int(options.run(options))
    from nb2prod.notebook import NotebookError
    from nb2prod.pipeline.plan import PlanError

    try:
        return int(options.run(options))
    except (NotebookError, UsageError) as error:
        _say(str(error))
        return 2
    except PlanError as error:
        _say(f"refused: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except BrokenPipeError:  # nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _say(_reason(error))
        return 2
    except Exception as error:
        # A notebook may hold anything; what it does to nb2prod is one line to its user.
        if os.environ.get("NB2PROD_TRACEBACK"):
            raise
        _say(f"this is an error of nb2prod, not yours: {type(error).__name__}: {error}"[:300])
        _say("NB2PROD_TRACEBACK=1 shows where it happened; please report it")
        return 2


def _reason(error: OSError) -> str:
    """Say what could not be read or written, on a full disk for instance."""
    if isinstance(error, shutil.Error) and not isinstance(error.args[0], str):
        failed: list[tuple[str, str, str]] = error.args[0]
        return f"can't copy {failed[0][0]}: {failed[0][2].partition(': ')[0]}"
    place = f"{error.filename}: " if error.filename else "a file can't be written: "
    return f"{place}{error.strerror or error}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nb2prod", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    cli_check.add_check(commands.add_parser("check", help="find what is wrong in notebooks"))
    cli_check.add_rule(commands.add_parser("rule", help="explain a rule"))
    cli_doctor.add_doctor(commands.add_parser("doctor", help="find what is broken in a repository"))
    plan = commands.add_parser("plan", help="show how a notebook would become a pipeline")
    _add_planning(plan)
    plan.add_argument("--format", choices=("yaml", "text", "mermaid", "html"), default="yaml")
    plan.set_defaults(run=_show_plan)
    refactor = commands.add_parser("refactor", help="turn a notebook into a project")
    _add_planning(refactor)
    refactor.add_argument("--output", type=Path, required=True, metavar="DIR")
    refactor.add_argument("--no-verify", action="store_true", help="do not run anything")
    refactor.add_argument(
        "--with",
        dest="wanted",
        type=_capabilities,
        default=frozenset(),
        metavar="NAMES",
        help="what the project shall have besides: api, docker",
    )
    _add_running(refactor, default="that of nb2prod")
    refactor.set_defaults(run=_refactor)
    verify = commands.add_parser(
        "verify", help="compare a project, as it is now, with its notebook"
    )
    verify.add_argument("project", type=Path, metavar="DIR", help="what refactor has made")
    _add_running(verify, default="that in DIR/.venv, else that of nb2prod")
    verify.add_argument(
        "--update", action="store_true", help="write the verdict into proof.json and README.md"
    )
    verify.set_defaults(run=_verify)
    server = commands.add_parser("server", help="serve an editor, on standard input and output")
    server.set_defaults(run=_serve)
    cli_diff.add_diff(commands.add_parser("diff", help="compare two notebooks"))
    cli_diff.add_hooks(commands.add_parser("hooks", help="let git compare notebooks by nbdime"))
    return parser


def _serve(_: argparse.Namespace) -> int:
    from nb2prod_server.server import main as serve

    return serve()


def _add_running(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--python", metavar="PATH", help=f"the Python that runs the notebook (default: {default})"
    )
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        default=110.0,
        metavar="SECONDS",
        help="for running notebook and project (default: %(default)s)",
    )
    parser.add_argument(
        "--progress", action="store_true", help="say what is being done, on a terminal or not"
    )


def _add_planning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notebook", type=Path, help="an .ipynb, a percent script or a .md file")
    parser.add_argument(
        "--split",
        choices=("auto", "headings", "none"),
        default="auto",
        help="where stages begin: by the flow of the data, at each H2 heading, nowhere",
    )
    parser.add_argument("--plan", type=Path, metavar="FILE", help="an edited plan")
    parser.add_argument(
        "--data-limit",
        type=_size,
        metavar="SIZE",
        help="data files that are larger stay where they are (default: 50MB)",
    )


def _capabilities(text: str) -> frozenset[str]:
    """Read names of capabilities; what one of them needs is added."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := sorted(names - {"api", "docker"}):
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are api and docker")
    return frozenset(names | ({"api"} if "docker" in names else set()))


def _seconds(text: str) -> float:
    """Read a time in seconds."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return number


def _size(text: str) -> int:
    """Read a size: bytes, or a number with kB, MB or GB."""
    found = re.fullmatch(r"(?ai)(\d{1,12}(?:\.\d+)?)\s*([kmg]?)b?", text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write for instance 50MB")
    return int(float(found[1]) * 1000 ** " kmg".index(found[2].lower() or " "))


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
    plan = _plan(options)
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
    from nb2prod.emit.project import project_files
    from nb2prod.emit.remarks import answered
    from nb2prod.emit.update import FolderError, check_folder, write_project
    from nb2prod.pipeline.data import left_behind

    if options.wanted and options.no_verify:
        raise UsageError("--with needs a run: what is served is checked by a replay of records")
    plan = _plan(options)
    if plan.notebook.python_2:
        _say("the notebook was written for Python 2, and is taken for Python 3")
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        _say(f"no stage begins at cell {cell}: {reason}")
    try:
        check_folder(options.output)
        plan, evidence = (plan, Evidence()) if options.no_verify else _verified(plan, options)
        for text in left_behind(plan.data):
            _say(text)
        update = write_project(options.output, answered(project_files(plan, evidence)))
    except FolderError as error:
        raise UsageError(str(error)) from None
    for path in update.merged:
        _say(f"{path}: merged with the changes made to it")
    for path in update.kept:
        _say(f"{path}: kept with the changes made to it")
    for path in update.conflicts:
        _say(f"{path}: kept as it is; what is new does not fit in, and lies in {path}.new")
    stages = "1 stage" if len(plan.stages) == 1 else f"{len(plan.stages)} stages"
    print(f"{options.output}: {stages}, {evidence.verdict}")
    return 1 if evidence.verdict.startswith("differs") else 0


def _verified(plan: Plan, options: argparse.Namespace) -> tuple[Plan, Evidence]:
    """Run notebook and project; return the plan that is left, and what the runs have shown."""
    from nb2prod.emit.evidence import Evidence
    from nb2prod.emit.project import package_name
    from nb2prod.emit.provenance import original_of
    from nb2prod.verify.kernel import KernelError
    from nb2prod.verify.merge import verify_and_merge
    from nb2prod.verify.observation import Observation
    from nb2prod.verify.places import copied
    from nb2prod.verify.proof import proof
    from nb2prod.verify.recording import record
    from nb2prod.verify.trial import tried
    from nb2prod.verify.verdict import verdict_of_failure

    environment = _environment(options, sys.executable)
    original = original_of(plan, package_name(plan))
    folder = plan.notebook.path.resolve().parent
    try:
        observed = Observation(original, environment, lambda: copied(folder))
    except KernelError as error:
        _say(str(error))
        return plan, Evidence(verdict="unverified: the notebook was not run")
    if failure := observed.run.failure:
        _say(failure.hint(environment.python))
        return plan, Evidence(verdict=verdict_of_failure(failure).text)
    found = verify_and_merge(plan, observed, environment, served="api" in options.wanted)
    check = found.check
    if found.service:
        _say(f"the service {found.service.verdict}")
    elif found.unserved:
        _say(f"no service: {found.unserved}")
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
        "docker" in options.wanted,
    )


def _environment(options: argparse.Namespace, default: str) -> Environment:
    from nb2prod.verify.environment import PythonError, environment_of

    progress = _say if options.progress or sys.stderr.isatty() else _nothing
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
            _say(f"{path} has changed since the project was made")
        own = root / ".venv" / "bin" / "python"
        environment = _environment(options, str(own) if own.exists() else sys.executable)
        check = check_again(root, original, environment)
        if failure := check.observed.run.failure:
            _say(failure.hint(environment.python))
        before = recorded(root)
        if options.update and not record(root, check):
            _say("README.md has no place for the verdict any more; proof.json has it")
    except (ProvenanceError, PipelineError, ProjectError, KernelError, FolderError) as error:
        raise UsageError(str(error)) from None
    if not options.update and before != check.verdict.text:
        _say(f"the project says: {before}; --update lets it say this")
    print(f"{root}: {check.verdict.text}")
    return 0 if check.verdict.kind == "equal" else 1


def _nothing(_text: str) -> None:
    """Say nothing, where nobody watches."""


def _say(text: str) -> None:
    print(f"nb2prod: {text}", file=sys.stderr)
