"""Options that several commands have."""

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


def add_running(parser: argparse.ArgumentParser, default: str) -> None:
    """Describe the arguments of a command that runs notebooks and projects."""
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


def add_planning(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of a command that makes a plan."""
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


def add_capabilities(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments that say what a project has besides its pipeline."""
    parser.add_argument(
        "--with",
        dest="wanted",
        type=_capabilities,
        default=frozenset(),
        metavar="NAMES",
        help=f"what the project shall have besides: {', '.join(capability.names())}",
    )
    parser.add_argument(
        "--profile",
        type=_profile,
        default=frozenset(),
        metavar="NAME",
        help=f"a set of these, as far as the notebook allows: {', '.join(capability.PROFILES)}",
    )


def _capabilities(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := sorted(names.difference(capability.names())):
        raise argparse.ArgumentTypeError(
            f"there is no {unknown[0]!r}; there are {', '.join(capability.names())}"
        )
    return names


def _profile(name: str) -> frozenset[str]:
    if name not in capability.PROFILES:
        raise argparse.ArgumentTypeError(
            f"there is no {name!r}; there are {', '.join(capability.PROFILES)}"
        )
    return capability.in_profile(name)


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


def environment(options: argparse.Namespace, default: str) -> Environment:
    """Return the Python that the options of `add_running` name, and until when it may run.

    Raises:
        UsageError: it can't be started.
    """
    from nb2prod.verify.runs.environment import PythonError, environment_of

    progress = say if options.progress or sys.stderr.isatty() else _nothing
    deadline = time.monotonic() + options.time_limit
    try:
        return environment_of(options.python or default, deadline, progress)
    except PythonError as error:
        raise UsageError(str(error)) from None


def own_python(root: Path) -> str:
    """Return the Python of a project's own environment, else the one that runs nb2prod."""
    from nb2prod.processes.commands import environment_python

    own = environment_python(root / ".venv")
    return str(own) if own.exists() else sys.executable


def _nothing(_text: str) -> None:
    pass
