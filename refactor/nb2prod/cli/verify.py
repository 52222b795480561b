"""The command `verify`."""

from __future__ import annotations

import argparse
from pathlib import Path

from nb2prod.cli.messages import UsageError, say, show
from nb2prod.cli.options import add_run_options, environment, own_python


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`."""
    parser.add_argument(
        "project", type=Path, metavar="DIR", help="a project made by nb2prod refactor"
    )
    add_run_options(parser, "the one in DIR/.venv, or else the one that runs nb2prod")
    parser.add_argument(
        "--update", action="store_true", help="write the verdict into proof.json and README.md"
    )
    parser.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    from nb2prod.capability import capabilities_of, modules
    from nb2prod.emit.provenance.plan_again import settings_of
    from nb2prod.emit.provenance.provenance_file import ProvenanceError, read_original
    from nb2prod.emit.update import FolderError, take_back_unfinished
    from nb2prod.verify.proof import record_verdict, recorded_verdict
    from nb2prod.verify.runs.dvc_commands import PipelineError
    from nb2prod.verify.runs.kernel import KernelError
    from nb2prod.verify.verify_again import ProjectError, check_again, with_current_data

    root: Path = options.project
    try:
        take_back_unfinished(root)
        original, changed = with_current_data(root, read_original(root))
        for path in changed:
            say(f"{path} has changed since the project was made")
        used = environment(options, own_python(root))
        has = capabilities_of(settings_of(root))
        left_out = {stage for name in has for stage in modules(name)}
        check = check_again(root, original, used, left_out)
        if failure := check.observed.run.failure:
            say(failure.hint(used.python))
        before = recorded_verdict(root)
        if options.update and not record_verdict(root, check):
            say("README.md has no verdict section to update; proof.json has the new verdict")
    except (ProvenanceError, PipelineError, ProjectError, KernelError, FolderError) as error:
        raise UsageError(str(error)) from None
    if not options.update and before != check.verdict.text:
        say(f"recorded before: {before}; --update records the new verdict")
    show(f"{root}: {check.verdict.text}")
    return 0 if check.verdict.kind == "equal" else 1
