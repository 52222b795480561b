"""The command `refactor`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cli.messages import UsageError, say, show
from nb2prod.cli.options import add_capabilities, add_plan_options, add_run_options, environment
from nb2prod.cli.plan import plan_from_options

if TYPE_CHECKING:
    from nb2prod.conversion import Conversion


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `refactor`."""
    add_plan_options(parser)
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder of the project: a new one, an empty one, or a project to update",
    )
    parser.add_argument(
        "--no-verify",
        action="store_true",
        help="write the project without running the notebook or the project",
    )
    add_capabilities(parser)
    add_run_options(parser, "the one that runs nb2prod")
    parser.set_defaults(run=_refactor)


def _refactor(options: argparse.Namespace) -> int:
    from nb2prod.capability import needs_run, with_needed
    from nb2prod.conversion import convert, convert_without_running
    from nb2prod.emit.update import FolderError, check_folder
    from nb2prod.planning import with_capabilities

    plan = with_capabilities(plan_from_options(options), options.wanted | options.profile)
    if options.no_verify and (untested := needs_run(with_needed(options.wanted))):
        raise UsageError(
            f"--with {','.join(sorted(options.wanted))} can't be combined with --no-verify: only a "
            f"run can show that {untested[0]} works"
        )
    if plan.notebook.python_2:
        say("the notebook was written for Python 2; nb2prod reads it as Python 3")
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        say(f"no stage begins at cell {cell}: {reason}")
    try:
        check_folder(options.output)
        if options.no_verify:
            conversion = convert_without_running(plan)
        else:
            conversion = convert(plan, environment(options, sys.executable), say)
        return write_and_report(options.output, conversion, _stages(conversion))
    except FolderError as error:
        raise UsageError(str(error)) from None


def _stages(conversion: Conversion) -> str:
    """Return the number of the project's stages, those of its capabilities included."""
    number = len(conversion.draft.plan.stages)
    number += sum(len(added.stages) for added in conversion.contributions.values())
    return "1 stage" if number == 1 else f"{number} stages"


def write_and_report(root: Path, conversion: Conversion, done: str) -> int:
    """Write a project, and print what was done and the verdict; return the exit status."""
    from nb2prod.conversion import write
    from nb2prod.emit.package.local_modules import refused_modules
    from nb2prod.emit.provenance.provenance import redactions
    from nb2prod.pipeline.data import brought_from_outside, left_behind
    from nb2prod.pipeline.held_secrets import suspected_secrets

    plan, verdict = conversion.draft.plan, conversion.evidence.verdict
    for name, reason in conversion.refused.items():
        say(f"without {name}: {reason}")
    for text in (
        *suspected_secrets(plan.notebook),
        *redactions(plan.notebook),
        *left_behind(plan.data),
        *refused_modules(plan),
        *brought_from_outside(plan.data),
    ):
        say(text)
    update, installed = write(root, conversion)
    for path in update.merged:
        say(f"{path}: merged with your changes")
    for path in update.kept:
        say(f"{path}: your version was kept")
    for path in update.conflicts:
        say(f"{path}: your version was kept; it conflicts with the new one, in {path}.new")
    for text in installed:
        say(text)
    show(f"{root}: {done}, {verdict}")
    return 1 if verdict.startswith("differs") else 0
