"""The command line."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

_ABOUT = (
    "From a notebook to a project that is checked to compute the same; and what is wrong in both."
)
# Where each command is described, and what it is for. What a command does not need is not imported:
# `check` is run at each commit, and takes less time than that.
_COMMANDS = {
    "check": ("cli_check", "add_check", "find what is wrong in notebooks"),
    "rule": ("cli_check", "add_rule", "explain a rule"),
    "doctor": ("cli_doctor", "add_doctor", "find what is broken in a repository"),
    "plan": ("cli_project", "add_plan", "show how a notebook would become a pipeline"),
    "refactor": ("cli_project", "add_refactor", "turn a notebook into a project"),
    "add": ("cli_project", "add_add", "give a project that refactor has made a service"),
    "verify": (
        "cli_project",
        "add_verify",
        "compare a project, as it is now, with its notebook",
    ),
    "server": ("cli", "add_server", "serve an editor, on standard input and output"),
    "diff": ("cli_diff", "add_diff", "compare two notebooks"),
    "hooks": ("cli_diff", "add_hooks", "let git compare notebooks by nbdime"),
}
_QUICK = {"check", "rule", "doctor"}  # these say themselves what is wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run nb2prod; return 0, 1 (refused, not equal) or 2 (usage, unreadable input)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = given[0] if given else ""
    if command == "check":
        # It makes a million short-lived objects, none of them in a cycle; so do the imports.
        gc.disable()
    options = _parser(command).parse_args(given)
    if command in _QUICK:
        return int(options.run(options))
    from nb2prod.cli_project import UsageError, say
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
    import shutil

    if isinstance(error, shutil.Error) and not isinstance(error.args[0], str):
        failed: list[tuple[str, str, str]] = error.args[0]
        return f"can't copy {failed[0][0]}: {failed[0][2].partition(': ')[0]}"
    place = f"{error.filename}: " if error.filename else "a file can't be written: "
    return f"{place}{error.strerror or error}"


def _parser(command: str) -> argparse.ArgumentParser:
    """Return what reads the arguments of a command; of all of them, if there is no such command."""
    parser = argparse.ArgumentParser(prog="nb2prod", description=_ABOUT, formatter_class=_help)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in [command] if command in _COMMANDS else _COMMANDS:
        module, describe, about = _COMMANDS[name]
        added = commands.add_parser(name, help=about, formatter_class=_help)
        getattr(import_module(f"nb2prod.{module}"), describe)(added)
    return parser


def _help(prog: str) -> argparse.HelpFormatter:
    """Return what lays out help; told the width, it does not import shutil for each argument."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (OSError, ValueError):
        columns = 80
    return argparse.HelpFormatter(prog, width=max(20, columns - 2))


def add_server(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `server`."""
    parser.set_defaults(run=_serve)


def _serve(_: argparse.Namespace) -> int:
    from nb2prod_server.server import main as serve

    return serve()
