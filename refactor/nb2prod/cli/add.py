"""The command `add`."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod import capability
from nb2prod.cli.messages import UsageError, say, show
from nb2prod.cli.options import add_run_options, environment, own_python
from nb2prod.cli.refactor import write_and_report

if TYPE_CHECKING:
    from nb2prod.conversion import Conversion

_SHOWN = 3  # files named in the last line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `add`."""
    parser.add_argument(
        "capability", nargs="?", metavar="CAPABILITY", help="one of those that --list shows"
    )
    parser.add_argument(
        "project",
        type=Path,
        metavar="DIR",
        nargs="?",
        default=Path(),
        help="a project made by nb2prod refactor (default: this folder)",
    )
    parser.add_argument("--list", action="store_true", help="list the available capabilities")
    add_run_options(parser, "the one in DIR/.venv, or else the one that runs nb2prod")
    parser.set_defaults(run=_add)


def _add(options: argparse.Namespace) -> int:
    if options.list:
        width = max(map(len, capability.names()))
        for name in capability.names():
            print(f"{name:{width}}  {capability.about(name)}")
        return 0
    if options.capability is None:
        raise UsageError("add needs a CAPABILITY; nb2prod add --list shows the available ones")
    if options.capability not in capability.names():
        raise UsageError(
            f"{options.capability!r} is not a capability; choose from "
            f"{', '.join(capability.names())}"
        )
    return _add_capability(options)


def _add_capability(options: argparse.Namespace) -> int:
    from nb2prod.conversion import convert, convert_without_running, plan_of_project
    from nb2prod.emit.provenance.plan_again import settings_of
    from nb2prod.emit.provenance.provenance_file import ProvenanceError, read_original
    from nb2prod.emit.update import FolderError, take_back_unfinished
    from nb2prod.notebook.read import read_notebook
    from nb2prod.pipeline.plan_from_yaml import PlanFileError
    from nb2prod.planning import with_capabilities
    from nb2prod.verify.proof import was_run
    from nb2prod.verify.runs.sandbox import rebuilt_sandbox
    from nb2prod.verify.verify_again import ProjectError, with_current_data

    root: Path = options.project
    try:
        take_back_unfinished(root)
        original, _ = with_current_data(root, read_original(root))
        has = capability.capabilities_of(settings_of(root))
        if options.capability in has:
            show(f"{root} already has {options.capability}")
            return 0
        with rebuilt_sandbox(root, original.provenance) as folder:
            shutil.copy2(root / original.provenance.notebook, folder)
            notebook = read_notebook(folder / Path(original.provenance.notebook).name)
            plan = with_capabilities(
                plan_of_project(root, original, notebook), [options.capability]
            )
            if was_run(root) or capability.needs_run(plan.wanted):
                conversion = convert(plan, environment(options, own_python(root)), say)
            else:
                conversion = convert_without_running(plan)
            if options.capability not in conversion.contributions:
                for name, reason in conversion.refused.items():
                    say(f"without {name}: {reason}")
                say(f"{root}: not changed")
                return 1
            return write_and_report(root, conversion, _added(conversion, has))
    except (ProvenanceError, ProjectError, PlanFileError, FolderError) as error:
        raise UsageError(str(error)) from None


def _added(conversion: Conversion, has: Collection[str]) -> str:
    """Return the text that names the new capabilities, with their first files and their stages."""
    from nb2prod.emit.contribution import merged

    new = {name: its for name, its in conversion.contributions.items() if name not in has}
    added = merged(new)
    files = [file.path for file in (*added.files, *added.requirements, *added.tests)]
    files += [
        f"src/{conversion.draft.package}/{name.replace('.', '/')}.py" for name in added.modules
    ]
    named = ", ".join(files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more files" if len(files) > _SHOWN else ""
    stages = "".join(f", stage {name}" for name in added.stages)
    return f"added {' and '.join(new)} ({named}{more}{stages})"
