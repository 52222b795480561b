"""The command `diff`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `diff`."""
    add = parser.add_argument
    formats = "an .ipynb file, a percent script or a Markdown notebook"
    add("old", type=Path, metavar="A", help=f"the old notebook: {formats}")
    add("new", type=Path, metavar="B", help="the new notebook")
    add("--outputs", action="store_true", help="compare the outputs, too")
    add("--metadata", action="store_true", help="compare the metadata, too")
    add("--format", choices=("text", "html"), default="text",
        help="text, or html for a self-contained page (default: %(default)s)")  # fmt: skip
    add("--output", type=Path, metavar="FILE", help="write the difference to this file")
    parser.set_defaults(run=run_diff)


def run_diff(options: argparse.Namespace) -> int:
    """Show the differences between two notebooks; return 1 if there are any.

    Raises:
        NotebookError: A notebook can't be read.
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
