"""The command `plan`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from nb2prod.cli.messages import show
from nb2prod.cli.options import add_plan_options

if TYPE_CHECKING:
    from nb2prod.pipeline.plan import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `plan`."""
    add_plan_options(parser)
    parser.add_argument(
        "--format",
        choices=("yaml", "text", "mermaid", "html"),
        default="yaml",
        help="yaml to edit and pass to refactor --plan, text, a mermaid diagram, or an html page "
        "(default: %(default)s)",
    )
    parser.set_defaults(run=_show_plan)


def plan_from_options(options: argparse.Namespace) -> Plan:
    """Return the plan that the options of `plan` or `refactor` ask for.

    Raises:
        NotebookError: The notebook can't be read.
        PlanError: The notebook can't become a pipeline.
        InputError: The plan file can't be used.
    """
    from nb2prod.notebook.read import read_notebook
    from nb2prod.pipeline.borders import LIMIT, Copying
    from nb2prod.planning import plan_of

    limit = LIMIT if options.data_limit is None else options.data_limit
    copying = Copying(limit, tuple(options.bring))
    notebook = read_notebook(options.notebook)
    return plan_of(notebook, split=options.split, plan_file=options.plan, copying=copying)


def _show_plan(options: argparse.Namespace) -> int:
    from nb2prod.planning import with_proposals

    plan = with_proposals(plan_from_options(options))
    if options.format == "yaml":
        from nb2prod.pipeline.plan_to_yaml import plan_document

        print(plan_document(plan), end="")
    else:
        from nb2prod.report.page import plan_page
        from nb2prod.report.plans import plan_mermaid, plan_text

        form = {"text": plan_text, "mermaid": plan_mermaid, "html": plan_page}
        show(form[options.format](plan), end="")
    return 0
