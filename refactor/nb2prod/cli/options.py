"""Options that several commands share."""

from __future__ import annotations

import argparse
import math
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod import capability
from nb2prod.cli.messages import UsageError, say

if TYPE_CHECKING:
    from nb2prod.verify.runs.environment import Environment


def add_run_options(parser: argparse.ArgumentParser, default_python: str) -> None:
    """Add the options of a command that runs notebooks and projects."""
    parser.add_argument(
        "--python",
        metavar="PATH",
        help=f"the Python that runs the notebook (default: {default_python})",
    )
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        default=110.0,
        metavar="SECONDS",
        help="stop running the notebook and the project after this time (default: %(default)s)",
    )
    parser.add_argument(
        "--progress",
        action="store_true",
        help="report progress even if standard error is not a terminal",
    )


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that makes a plan."""
    parser.add_argument(
        "notebook", type=Path, help="an .ipynb file, a percent script or a Markdown notebook"
    )
    parser.add_argument(
        "--split",
        choices=("auto", "headings", "none"),
        default="auto",
        help="begin stages where the data flow suggests it (auto, the default), at each H2 "
        "heading, or not at all (one stage)",
    )
    parser.add_argument(
        "--plan", type=Path, metavar="FILE", help="follow this plan, edited from `nb2prod plan`"
    )
    parser.add_argument(
        "--data-limit",
        type=_size,
        metavar="SIZE",
        help="refer to data files larger than this instead of copying them (default: 50MB)",
    )
    parser.add_argument(
        "--bring",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="copy data below this path, too: hidden files, and files outside of the repository "
        "(or, without one, of the notebook's folder), are not copied unasked",
    )


def add_capabilities(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose what a project has in addition to its pipeline."""
    parser.add_argument(
        "--with",
        dest="wanted",
        type=_capabilities,
        default=frozenset(),
        metavar="NAMES",
        help=f"capabilities to add, separated by commas: {', '.join(capability.names())} "
        "(`nb2prod add --list` describes them)",
    )
    parser.add_argument(
        "--profile",
        type=_profile,
        default=frozenset(),
        metavar="NAME",
        help=f"a predefined set of capabilities ({', '.join(capability.PROFILES)}); "
        "those that the notebook does not support are left out",
    )


def _capabilities(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := sorted(names.difference(capability.names())):
        raise argparse.ArgumentTypeError(
            f"{unknown[0]!r} is not a capability; choose from {', '.join(capability.names())}"
        )
    return names


def _profile(name: str) -> frozenset[str]:
    if name not in capability.PROFILES:
        raise argparse.ArgumentTypeError(
            f"{name!r} is not a profile; choose from {', '.join(capability.PROFILES)}"
        )
    return capability.in_profile(name)


def _seconds(text: str) -> float:
    """Parse a number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of seconds; write for example 600"
        )
    return number


def _size(text: str) -> int:
    """Parse a size: a number of bytes, or a number with kB, MB or GB."""
    found = re.fullmatch(r"(?ai)(\d{1,12}(?:\.\d+)?)\s*([kmg]?)b?", text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write for example 50MB")
    return int(float(found[1]) * 1000 ** " kmg".index(found[2].lower() or " "))


def environment(options: argparse.Namespace, default_python: str) -> Environment:
    """Return the Python that the options of `add_run_options` name, with its deadline.

    Raises:
        UsageError: the Python can't be started.
    """
    from nb2prod.verify.runs.environment import PythonError, environment_of

    progress = say if options.progress or sys.stderr.isatty() else _say_nothing
    deadline = time.monotonic() + options.time_limit
    try:
        return environment_of(options.python or default_python, deadline, progress)
    except PythonError as error:
        raise UsageError(str(error)) from None


def own_python(root: Path) -> str:
    """Return the Python of a project's `.venv`, or else the one that runs nb2prod."""
    from nb2prod.processes.commands import environment_python

    own = environment_python(root / ".venv")
    return str(own) if own.exists() else sys.executable


def _say_nothing(_text: str) -> None:
    pass
