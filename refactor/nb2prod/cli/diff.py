"""The command `diff`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `diff`."""
    add = parser.add_argument
    add("old", type=Path, metavar="A", help="an .ipynb, a percent script or a .md file")
    add("new", type=Path, metavar="B", help="another")
    add("--outputs", action="store_true", help="compare outputs, too")
    add("--metadata", action="store_true", help="compare metadata, too")
    add("--format", choices=("text", "html"), default="text", help="html is a page of its own")
    add("--output", type=Path, metavar="FILE", help="write the difference there")
    parser.set_defaults(run=run_diff)


def run_diff(options: argparse.Namespace) -> int:
    """Show what is different between two notebooks; return 1 if anything is.

    Raises:
        NotebookError: one of them cannot be read.
    """
    from nb2prod.notebook.diff import DiffOptions, diff_notebooks
    from nb2prod.report.differences import difference_page, difference_text

    aspects = DiffOptions(options.outputs, options.metadata)
    found = diff_notebooks(options.old, options.new, aspects)
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
