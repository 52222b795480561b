"""The command line: `nb2prod COMMAND …`."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from nb2prod.cli.messages import UsageError, say
from nb2prod.text.fault import internal

# The purpose of each command. Its module has its name, and is imported only when it is asked for:
# `check` runs at each commit, and must not wait for what the others import.
COMMANDS = {
    "check": "find problems in notebooks, and fix them",
    "rule": "explain a rule, or list all rules",
    "doctor": "find what is broken in a machine-learning repository",
    "plan": "show how a notebook would become a pipeline",
    "refactor": "turn a notebook into a project, and verify it",
    "add": "add a capability, such as a service, to a generated project",
    "verify": "check that a project still computes what its notebook computes",
    "server": "run the language server on standard input and output",
    "diff": "compare two notebooks",
    "hooks": "make git diff and merge notebooks with nbdime",
}
_OVERVIEW = """\
usage: nb2prod COMMAND ...

nb2prod turns a Jupyter notebook into a tested project, and verifies that the project computes
what the notebook computes. To begin:

  nb2prod check study.ipynb                      find problems; --fix fixes the safe ones
  nb2prod plan study.ipynb                       show the pipeline that the notebook would become
  nb2prod refactor study.ipynb --output project  write that project, run it, compare the results

Commands:

{commands}

`nb2prod COMMAND --help` lists the options of a command, `nb2prod --version` prints the version."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run nb2prod; return 0, 1 (refused, not equal) or 2 (usage, unreadable input)."""
    command, *rest = list(sys.argv[1:] if arguments is None else arguments) or [""]
    if command == "check":
        # It makes a million short-lived objects, none of them in a cycle; so do the imports.
        gc.disable()
    if command not in COMMANDS:
        return _without_command(command)
    options = parser_of(command).parse_args(rest)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Run a command, and turn its errors into one line and an exit status."""
    terminated = _hear_termination()
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        say("terminated" if terminated else "interrupted")
        return 128 + (terminated[0] if terminated else signal.SIGINT)
    except BrokenPipeError:  # the reader has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  a notebook may hold anything
        return _failed(error)


def _hear_termination() -> list[int]:
    """Take SIGTERM for an interruption, so that everything that was started ends.

    Returns:
        The signals of that kind that come, as they come.
    """
    heard: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    if sys.platform != "win32":
        with suppress(ValueError):  # in a thread, which gets no signals
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, interrupt)
    return heard


def _failed(error: Exception) -> int:
    """Say why a command failed; return its exit status."""
    from nb2prod.config import ConfigError
    from nb2prod.notebook.model import NotebookError
    from nb2prod.pipeline.plan import PlanError
    from nb2prod.planning import InputError
    from nb2prod.repository.discovery import MissingPathError
    from nb2prod.repository.git_drivers import DriverError

    match error:
        case PlanError():
            say(f"refused: {error}")
            return 1
        case (
            NotebookError()
            | InputError()
            | UsageError()
            | ConfigError()
            | MissingPathError()
            | DriverError()
        ):
            say(str(error))
        case OSError():
            say(_reason(error))
        case _:
            # A notebook may hold anything; whatever it breaks in nb2prod is one line to its user.
            say(internal(error))
            say("set NB2PROD_TRACEBACK=1 to see where it happened")
    return 2


def _reason(error: OSError) -> str:
    """Return which file could not be read or written, and why, on a full disk for example."""
    import shutil

    if isinstance(error, shutil.Error) and not isinstance(error.args[0], str):
        failed: list[tuple[str, str, str]] = error.args[0]
        return f"can't copy {failed[0][0]}: {failed[0][2].partition(': ')[0]}"
    place = f"{error.filename}: " if error.filename else "can't write a file: "
    return f"{place}{error.strerror or error}"


def _without_command(argument: str) -> int:
    """Answer a command line that does not begin with a command; return the exit status."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {about}" for name, about in COMMANDS.items()]
    overview = _OVERVIEW.format(commands="\n".join(lines))
    if argument in ("-h", "--help"):
        print(overview)
        return 0
    if argument == "--version":
        from importlib.metadata import version

        print(f"nb2prod {version('nb2prod')}")
        return 0
    if not argument:
        print(overview, file=sys.stderr)
        return 2
    from difflib import get_close_matches

    close = get_close_matches(argument, COMMANDS, 1)
    hint = f"did you mean {close[0]!r}?" if close else "nb2prod --help lists the commands"
    say(f"{argument!r} is not a command; {hint}")
    return 2


def parser_of(command: str) -> argparse.ArgumentParser:
    """Return the parser of a command's arguments."""
    about = COMMANDS[command]
    parser = argparse.ArgumentParser(
        prog=f"nb2prod {command}",
        description=f"{about[0].upper()}{about[1:]}.",
        formatter_class=_help,
    )
    import_module(f"nb2prod.cli.{command}").add_arguments(parser)
    return parser


def _help(prog: str) -> argparse.HelpFormatter:
    """Return the formatter of help; given the width, it does not import shutil per argument."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (OSError, ValueError):
        columns = 80
    return argparse.HelpFormatter(prog, width=max(20, columns - 2))
