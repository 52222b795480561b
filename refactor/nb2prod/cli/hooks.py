"""The command `hooks`."""

from __future__ import annotations

import argparse
from pathlib import Path

from nb2prod.cli.messages import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooks`."""
    add = parser.add_argument
    add("action", choices=("install", "uninstall"), help="switch nbdime on or off in git")
    add("folder", nargs="?", type=Path, default=Path(), metavar="DIR",
        help="the repository (default: this folder)")  # fmt: skip
    add("--global", action="store_true", dest="everywhere",
        help="change your global git settings, for all your repositories")  # fmt: skip
    parser.set_defaults(run=run_hooks)


def run_hooks(options: argparse.Namespace) -> int:
    """Make git use nbdime for notebooks, or stop it; return 2 if git can't be configured."""
    from nb2prod.repository.git_drivers import install, uninstall

    act = install if options.action == "install" else uninstall
    if not options.folder.is_dir():
        say(f"{options.folder}: the folder does not exist")
        return 2
    done = act(options.folder, everywhere=options.everywhere)
    print("\n".join(done) if done else "nothing to do")
    return 0
