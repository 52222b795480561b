"""The command `hooks`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `hooks`."""
    add = parser.add_argument
    add("action", choices=("install", "uninstall"))
    add("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")
    add("--global", action="store_true", dest="everywhere", help="for all of your repositories")
    parser.set_defaults(run=run_hooks)


def run_hooks(options: argparse.Namespace) -> int:
    """Tell git to use nbdime, or not to; return 2 if that cannot be done."""
    from nb2prod.repository.git_drivers import DriverError, install, uninstall

    act = install if options.action == "install" else uninstall
    if not options.folder.is_dir():
        print(f"nb2prod: {options.folder}: no such folder", file=sys.stderr)
        return 2
    try:
        done = act(options.folder, everywhere=options.everywhere)
    except DriverError as error:
        print(f"nb2prod: {error}", file=sys.stderr)
        return 2
    print("\n".join(done) if done else "nothing to do")
    return 0
