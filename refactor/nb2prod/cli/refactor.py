"""The command `refactor`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.capabilities.registry import CAPABILITIES, with_needed
from nb2prod.cli.messages import UsageError, say
from nb2prod.cli.options import add_planning, add_running, capabilities, environment
from nb2prod.cli.plan import asked_plan

if TYPE_CHECKING:
    from nb2prod.conversion import Conversion


def add_arguments(parser: argparse.ArgumentParser) -> None:
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


def _refactor(options: argparse.Namespace) -> int:
    from nb2prod.conversion import Conversion, convert
    from nb2prod.emit.evidence import Evidence
    from nb2prod.emit.update import FolderError, check_folder

    plan = asked_plan(options)
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
            return written(options.output, Conversion(plan, Evidence()))
        return written(options.output, convert(plan, environment(options, sys.executable), say))
    except FolderError as error:
        raise UsageError(str(error)) from None


def written(root: Path, conversion: Conversion) -> int:
    """Write a project, and tell how it went; return the exit status."""
    from nb2prod.conversion import write
    from nb2prod.pipeline.data import left_behind

    plan, evidence = conversion
    for text in left_behind(plan.data):
        say(text)
    update = write(root, conversion)
    for path in update.merged:
        say(f"{path}: merged with the changes made to it")
    for path in update.kept:
        say(f"{path}: kept with the changes made to it")
    for path in update.conflicts:
        say(f"{path}: kept as it is; what is new does not fit in, and lies in {path}.new")
    stages = "1 stage" if len(plan.stages) == 1 else f"{len(plan.stages)} stages"
    print(f"{root}: {stages}, {evidence.verdict}")
    return 1 if evidence.verdict.startswith("differs") else 0
