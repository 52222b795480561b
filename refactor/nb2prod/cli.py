"""The command line."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence

from nb2prod import cli_check, cli_diff, cli_doctor, cli_project
from nb2prod.cli_project import UsageError, say


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
        say(str(error))
        return 2
    except PlanError as error:
        say(f"refused: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except BrokenPipeError:  # nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        say(_reason(error))
        return 2
    except Exception as error:
        # A notebook may hold anything; what it does to nb2prod is one line to its user.
        if os.environ.get("NB2PROD_TRACEBACK"):
            raise
        say(f"this is an error of nb2prod, not yours: {type(error).__name__}: {error}"[:300])
        say("NB2PROD_TRACEBACK=1 shows where it happened; please report it")
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
    cli_project.add_plan(plan)
    refactor = commands.add_parser("refactor", help="turn a notebook into a project")
    cli_project.add_refactor(refactor)
    add = commands.add_parser("add", help="give a project that refactor has made a service")
    cli_project.add_add(add)
    verify = commands.add_parser(
        "verify", help="compare a project, as it is now, with its notebook"
    )
    cli_project.add_verify(verify)
    server = commands.add_parser("server", help="serve an editor, on standard input and output")
    server.set_defaults(run=_serve)
    cli_diff.add_diff(commands.add_parser("diff", help="compare two notebooks"))
    cli_diff.add_hooks(commands.add_parser("hooks", help="let git compare notebooks by nbdime"))
    return parser


def _serve(_: argparse.Namespace) -> int:
    from nb2prod_server.server import main as serve

    return serve()
