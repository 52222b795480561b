"""The command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nb2prod.analysis.notebook_flow import analyse
from nb2prod.analysis.statements import read_program
from nb2prod.notebook import Notebook, NotebookError, read_notebook
from nb2prod.pipeline.plan import Plan, PlanError, make_plan


def main(arguments: Sequence[str] | None = None) -> int:
    """Run nb2prod; return 0, 1 (refused, not equal) or 2 (usage, unreadable input)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NotebookError as error:
        print(f"nb2prod: {error}", file=sys.stderr)
        return 2
    except PlanError as error:
        print(f"nb2prod: refused: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nb2prod", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    refactor = commands.add_parser("refactor", help="turn a notebook into a project")
    refactor.add_argument("notebook", type=Path)
    refactor.add_argument("--output", type=Path, required=True, metavar="DIR")
    refactor.add_argument("--split", choices=("auto", "headings", "none"), default="auto")
    refactor.add_argument("--no-verify", action="store_true", help="do not run anything")
    refactor.set_defaults(run=_refactor)
    return parser


def _plan(notebook: Notebook, split: str) -> Plan:
    program = read_program(notebook)
    if program.broken:
        cell = program.broken[0]
        raise PlanError(f"cell {cell.cell + 1}, line {cell.line}: not Python 3: {cell.message}")
    if program.obstacles:
        number, text = program.obstacles[0]
        raise PlanError(f"cell {number + 1}: {text}")
    return make_plan(notebook, analyse(program), split=split)


def _refactor(options: argparse.Namespace) -> int:
    from nb2prod.emit.project import copy_data, project_files  # noqa: PLC0415
    from nb2prod.emit.pylint_comments import disable_remarks  # noqa: PLC0415
    from nb2prod.emit.writer import write_files  # noqa: PLC0415

    plan = _plan(read_notebook(options.notebook), options.split)
    for position, reason in plan.merged:
        cell = plan.analysis.statements[position].cell + 1
        print(f"nb2prod: no stage begins at cell {cell}: {reason}", file=sys.stderr)
    files = list(project_files(plan))
    write_files(options.output, files)
    copy_data(plan, options.output)
    disable_remarks(options.output)
    print(f"{options.output}: {len(plan.stages)} stages, unverified")
    return 0
