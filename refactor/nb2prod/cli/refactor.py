"""The command `refactor`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cli.messages import UsageError, say
from nb2prod.cli.options import add_capabilities, add_planning, add_running, environment
from nb2prod.cli.plan import asked_plan

if TYPE_CHECKING:
    from nb2prod.conversion import Conversion


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `refactor`."""
    add_planning(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--no-verify", action="store_true", help="do not run anything")
    add_capabilities(parser)
    add_running(parser, default="that of nb2prod")
    parser.set_defaults(run=_refactor)


def _refactor(options: argparse.Namespace) -> int:
    from nb2prod.capability import needs_run, with_needed
    from nb2prod.conversion import convert, unrun
    from nb2prod.emit.update import FolderError, check_folder
    from nb2prod.planning import with_capabilities

    plan = with_capabilities(asked_plan(options), options.wanted | options.profile)
    if options.no_verify and (unshown := needs_run(with_needed(options.wanted))):
        raise UsageError(
            f"--with {','.join(sorted(options.wanted))} can't be combined with --no-verify: only a "
            f"run shows that {unshown[0]} works"
        )
    if plan.notebook.python_2:
        say("the notebook was written for Python 2, and is taken for Python 3")
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        say(f"no stage begins at cell {cell}: {reason}")
    try:
        check_folder(options.output)
        if options.no_verify:
            return written(options.output, unrun(plan))
        return written(options.output, convert(plan, environment(options, sys.executable), say))
    except FolderError as error:
        raise UsageError(str(error)) from None


def written(root: Path, conversion: Conversion) -> int:
    """Write a project, and tell how it went; return the exit status."""
    from nb2prod.conversion import write
    from nb2prod.pipeline.data import left_behind

    plan, verdict = conversion.draft.plan, conversion.evidence.verdict
    for name, reason in conversion.refused.items():
        say(f"without {name}: {reason}")
    for text in left_behind(plan.data):
        say(text)
    update, done = write(root, conversion)
    for path in update.merged:
        say(f"{path}: merged with the changes made to it")
    for path in update.kept:
        say(f"{path}: kept with the changes made to it")
    for path in update.conflicts:
        say(f"{path}: kept as it is; what is new does not fit in, and lies in {path}.new")
    for text in done:
        say(text)
    stages = "1 stage" if len(plan.stages) == 1 else f"{len(plan.stages)} stages"
    print(f"{root}: {stages}, {verdict}")
    return 1 if verdict.startswith("differs") else 0
