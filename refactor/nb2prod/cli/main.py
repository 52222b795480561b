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
# What each command is for; its module has its name, and is imported only when it is asked for:
# `check` runs at each commit, and must not wait for what the others need.
_COMMANDS = {
    "check": "find what is wrong in notebooks",
    "rule": "explain a rule",
    "doctor": "find what is broken in a repository",
    "plan": "show how a notebook would become a pipeline",
    "refactor": "turn a notebook into a project",
    "add": "give a project that refactor has made a service",
    "verify": "compare a project, as it is now, with its notebook",
    "server": "serve an editor, on standard input and output",
    "diff": "compare two notebooks",
    "hooks": "let git compare notebooks by nbdime",
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
    from nb2prod.cli.messages import UsageError, say
    from nb2prod.notebook.model import NotebookError
    from nb2prod.pipeline.plan import PlanError
    from nb2prod.planning import InputError

    try:
        return int(options.run(options))
    except (NotebookError, InputError, UsageError) as error:
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
        added = commands.add_parser(name, help=_COMMANDS[name], formatter_class=_help)
        import_module(f"nb2prod.cli.{name}").add_arguments(added)
    return parser


def _help(prog: str) -> argparse.HelpFormatter:
    """Return what lays out help; told the width, it does not import shutil for each argument."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (OSError, ValueError):
        columns = 80
    return argparse.HelpFormatter(prog, width=max(20, columns - 2))
