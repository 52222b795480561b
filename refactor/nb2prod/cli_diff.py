"""The commands `diff` and `hooks`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def add_diff(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `diff`."""
    add = parser.add_argument
    add("old", type=Path, metavar="A", help="an .ipynb, a percent script or a .md file")
    add("new", type=Path, metavar="B", help="another")
    add("--outputs", action="store_true", help="compare outputs, too")
    add("--metadata", action="store_true", help="compare metadata, too")
    add("--format", choices=("text", "html"), default="text", help="html is a page of its own")
    add("--output", type=Path, metavar="FILE", help="write the difference there")
    parser.set_defaults(run=run_diff)


def add_hooks(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `hooks`."""
    add = parser.add_argument
    add("action", choices=("install", "uninstall"))
    add("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")
    add("--global", action="store_true", dest="everywhere", help="for all of your repositories")
    parser.set_defaults(run=run_hooks)


def run_diff(options: argparse.Namespace) -> int:
    """Show what is different between two notebooks; return 1 if anything is.

    Raises:
        NotebookError: one of them cannot be read.
    """
    from nb2prod.difference import Aspects, difference
    from nb2prod.report.differences import difference_page, difference_text

    aspects = Aspects(options.outputs, options.metadata)
    found = difference(options.old, options.new, aspects)
    if options.format == "html":
        text = difference_page(options.old, options.new, found, aspects)
    else:
        coloured = options.output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        text = difference_text(options.old, options.new, found, coloured=coloured)
    if options.output:
        options.output.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return int(bool(found.diff))


def run_hooks(options: argparse.Namespace) -> int:
    """Tell git to use nbdime, or not to; return 2 if that cannot be done."""
    from nb2prod.drivers import DriverError, install, uninstall

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
