"""The command `add`."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

from nb2prod.capabilities.registry import CAPABILITIES, with_needed
from nb2prod.cli.messages import UsageError, say
from nb2prod.cli.options import add_running, environment, own_python
from nb2prod.cli.refactor import written


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `add`."""
    parser.add_argument("capability", choices=CAPABILITIES, help="what the project shall have")
    parser.add_argument(
        "project",
        type=Path,
        metavar="DIR",
        nargs="?",
        default=Path(),
        help="what refactor has made (default: this folder)",
    )
    add_running(parser, default="that in DIR/.venv, else that of nb2prod")
    parser.set_defaults(run=_add)


def _add(options: argparse.Namespace) -> int:
    from nb2prod.conversion import convert
    from nb2prod.emit.provenance.plan_again import plan_again
    from nb2prod.emit.provenance.provenance_file import ProvenanceError, read_original
    from nb2prod.emit.update import FolderError
    from nb2prod.notebook.read import read_notebook
    from nb2prod.pipeline.plan_file import PlanFileError
    from nb2prod.verify.runs.sandbox import rebuilt
    from nb2prod.verify.verify_again import ProjectError, current

    root: Path = options.project
    try:
        original, _ = current(root, read_original(root))
        with rebuilt(root, original.provenance) as folder:
            shutil.copy2(root / original.provenance.notebook, folder)
            notebook = read_notebook(folder / Path(original.provenance.notebook).name)
            plan = plan_again(root, original, notebook)
            plan = replace(plan, wanted=with_needed(plan.wanted | {options.capability}))
            conversion = convert(plan, environment(options, own_python(root)), say)
            if conversion.evidence.service is None:
                say(f"{root}: stays as it is")
                return 1
            return written(root, conversion)
    except (ProvenanceError, ProjectError, PlanFileError, FolderError) as error:
        raise UsageError(str(error)) from None
