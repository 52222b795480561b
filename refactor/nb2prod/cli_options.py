"""Options that several commands have."""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path

from nb2prod.capabilities import CAPABILITIES, with_needed


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


def capabilities(text: str) -> frozenset[str]:
    """Read names of capabilities; what one of them needs is added."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := sorted(names - set(CAPABILITIES)):
        raise argparse.ArgumentTypeError(
            f"there is no {unknown[0]!r}; there are {', '.join(CAPABILITIES)}"
        )
    return with_needed(names)


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
